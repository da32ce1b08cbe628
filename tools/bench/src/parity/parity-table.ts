import { describeSeen } from './parity-case.ts';
import type { Met, ParityRun } from './run-parity.ts';

const START = '<!-- parity:start, written by npx nexus parity. Do not edit. -->';
const END = '<!-- parity:end -->';

/** How many of the cases each of the two met as is right. */
export function countRight({ results }: ParityRun): { cases: number; ours: number; peer: number } {
  return {
    cases: results.length,
    ours: results.filter(({ ours }) => ours.ok).length,
    peer: results.filter(({ peer }) => peer.ok).length,
  };
}

/** The run as a table in Markdown. The same run gives the same text: no times, no numbers that depend on the machine. */
export function renderParity(run: ParityRun): string {
  const { cases, ours, peer } = countRight(run);
  const lines = [
    ['What A does', 'Right', run.ours, run.peer],
    ['---', '---', '---', '---'],
    ...run.results.map(({ of, ours: mine, peer: theirs }) => [of.name, of.right, cell(mine), cell(theirs)]),
    ['**Right**', '', `**${ours} of ${cases}**`, `**${peer} of ${cases}**`],
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell({ ok, seen }: Met): string {
  return `${ok ? '✓' : '✗'} ${describeSeen(seen)}`;
}

/**
 * The document with this table between its markers, and the day of the run above it. The same table leaves the document as
 * it is, the day included: it says since when that is so. Throws where the markers are missing.
 */
export function replaceParity(document: string, { table, day }: { table: string; day: string }): string {
  const [before, rest] = splitOnce(document, START);
  const [old, after] = splitOnce(rest, END);
  if (old.includes(`\n${table}\n`)) return document;
  const parts = ['', `Run on ${day}.`, '', '<!-- prettier-ignore -->', table, '', ''];
  return `${before}${START}\n${parts.join('\n')}${END}${after}`;
}

function splitOnce(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`the document lacks the line ${marker}; put it where the table belongs`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}
