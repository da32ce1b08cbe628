import type { Park } from '@nexus/contracts';
import { GENERAL_OPTIONS, letterOptions, type LetterOptionName, type OptionRule } from './letter-options.ts';
import type { Subcommand } from './subcommand.ts';
import { subcommands } from './subcommands.ts';

const WIDTH = 110;

const EXIT = `Exit status: 0 done; 1 the answer reports errors, or an operation stopped, failed or was cancelled; 2 it could
not be asked (options, key, no connection, refused). Results go to stdout, notes to stderr.`;

const PARKS: Readonly<Record<Park, string>> = {
  dlq: 'Dead letters are tasks that failed for good. Start with groups, then plan, then apply or requeue --group.',
  hold: 'Held letters wait for a correction.',
  alarm: 'Alarmed letters wait for a person.',
};

/** What `npx nexus dlq --help` prints; the same for hold and alarm. */
export function parkHelp(park: Park): string {
  const list = subcommands[park];
  const names = list.map(({ name, positional }) => (positional === undefined ? name : `${name} ${positional}`));
  const width = Math.max(...names.map((name) => name.length));
  const lines = list.map(({ summary, aliases }, index) => {
    const also = aliases === undefined ? '' : ` (also: ${aliases.join(', ')})`;
    return `  ${(names[index] ?? '').padEnd(width)}  ${summary}${also}`;
  });
  const [first] = list;
  return `Usage: npx nexus ${park} <subcommand> [options]

${PARKS[park]}

${lines.join('\n')}

Every subcommand takes:
${optionLines(GENERAL_OPTIONS)}

npx nexus ${park} ${first?.name ?? ''} --help tells the options of a subcommand, with examples.
${EXIT}
`;
}

/** What `npx nexus dlq requeue --help` prints. */
export function subcommandHelp(park: Park, subcommand: Subcommand): string {
  const { name, positional, summary, notes, examples, options } = subcommand;
  const call = `npx nexus ${park} ${name}${positional === undefined ? '' : ` ${positional}`}`;
  const width = Math.max(...examples.map(([words]) => words.length));
  const shown = examples.map(([words, what]) => `  npx nexus ${park} ${words.padEnd(width)}  ${what}`.trimEnd());
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return `Usage: ${call} [options]

${wrapped(sentence, '')}
${notes === undefined ? '' : `\n${wrapped(notes, '')}\n`}
${optionLines([...options, ...GENERAL_OPTIONS])}

Examples:
${shown.join('\n')}

${EXIT}
`;
}

function optionLines(names: readonly LetterOptionName[]): string {
  const left = names.map((name) => {
    const rule: OptionRule = letterOptions[name];
    return rule.value === undefined ? `--${name}` : `--${name} ${rule.value}`;
  });
  const width = Math.max(...left.map((text) => text.length));
  return names
    .map((name, index) => {
      const text = wrapped(letterOptions[name].help, ' '.repeat(width + 4));
      return `  ${(left[index] ?? '').padEnd(width)}  ${text.trimStart()}`;
    })
    .join('\n');
}

function wrapped(text: string, indent: string): string {
  const lines = [indent];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 1 > WIDTH && last.trim() !== '') lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = last.trim() === '' ? `${indent}${word}` : `${last} ${word}`;
  }
  return lines.join('\n');
}
