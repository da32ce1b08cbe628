import { cutText, maskText } from '@nexus/runtime';
import type { DeadLetter } from '@nexus/task-queue';
import { runbookFor, type TriageDecision } from '@nexus/triage-policy';
import { maskedMessage } from '../triage/letter-view.ts';
import { codeBlock, codeSpan, oneLine } from './inert-markdown.ts';

const MOST_EVIDENCE = 4000;
const MOST_TITLE = 200;
const MOST_TEXT = 1000;

/** What the letter's error says of the schema that was broken, where it says so. */
type Schema = { name: string; expected: unknown };

/**
 * Title and body of a pull request or an issue about a held letter. Everything is masked, and text of users and providers
 * is inert: it shows as it stands and cannot become markup, a link or a mention. Pure.
 */
export function holdTemplate(
  letter: DeadLetter,
  { decision, runbookBaseUrl }: { decision: TriageDecision; runbookBaseUrl: string },
): { title: string; body: string } {
  const body = [
    section('Summary', summary(letter, decision)),
    section('What failed', whatFailed(letter)),
    section('Expected JSON/schema', expected(letter)),
    section('Suggested fix', suggestedFix),
    section('Runbook', runbookOf(letter, runbookBaseUrl)),
    section('Evidence', codeBlock(evidence(letter), 'json')),
  ];
  return { title: titleOf(letter), body: body.join('\n\n') };
}

/** GitHub shows titles as text, but takes mentions and references in them for what they are. */
function titleOf({ task_type, failure_code }: DeadLetter): string {
  const subject = `${maskText(task_type)}: ${maskText(failure_code)}`.replace(/[@#<>`[\]]/g, ' ');
  return oneLine(`[HOLD] ${subject}`, MOST_TITLE);
}

function section(heading: string, content: string): string {
  return `## ${heading}\n\n${content}`;
}

function inert(text: string): string {
  return codeSpan(maskText(text), MOST_TEXT);
}

function summary(letter: DeadLetter, { reason }: TriageDecision): string {
  const { task_type, failure_code, task_id, attempts, requeues, failed_at } = letter;
  // An instant of our own making: no text of anybody's.
  const when = failed_at === null ? 'at an unknown time' : `at ${failed_at}`;
  const runs = `It was delivered ${attempts} times and requeued ${requeues} times.`;
  const what = `Task ${inert(task_id)} of type ${inert(task_type)} failed for good with ${inert(failure_code)} ${when}.`;
  return `${what} ${runs} Triage says: ${inert(reason)}`;
}

/** A link to the page of the code, or the hint of the built-in table, which is nobody's input. */
function runbookOf({ failure_code }: DeadLetter, baseUrl: string): string {
  const runbook = runbookFor(failure_code, baseUrl) ?? 'There is none for this code.';
  return URL.canParse(runbook) ? `<${maskText(new URL(runbook).href)}>` : runbook;
}

function whatFailed({ failure_code, error, group }: DeadLetter): string {
  return [
    `- failure_code: ${inert(failure_code)}`,
    `- schema_name: ${inert(schemaOf(error)?.name ?? 'none')}`,
    `- error: ${inert(error.message)}`,
    `- group: ${inert(group)}`,
  ].join('\n');
}

function expected({ error }: DeadLetter): string {
  const schema = schemaOf(error);
  if (schema?.expected !== undefined)
    return codeBlock(cutText(maskText(jsonOf(schema.expected)), MOST_EVIDENCE), 'json');
  if (schema !== undefined) return `An answer that fits the schema ${inert(schema.name)}.`;
  return 'The failure names no schema. The input is in the payload of the message below.';
}

function schemaOf({ detail }: DeadLetter['error']): Schema | undefined {
  const name = detail?.['schema_name'] ?? detail?.['schema'];
  return typeof name === 'string' && name !== '' ? { name, expected: detail?.['expected'] } : undefined;
}

const suggestedFix = [
  '1. Reproduce the failure with the message below and a test that fails.',
  '2. Correct what the error names: the prompt, the schema or the code that reads the answer.',
  '3. Let the test pass, release, then requeue the letters of this group and watch how they end.',
].join('\n');

function evidence(letter: DeadLetter): string {
  return cutText(jsonOf(maskedMessage(letter)), MOST_EVIDENCE);
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? 'null';
}
