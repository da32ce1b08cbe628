import { describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '@nexus/task-queue';
import fc from 'fast-check';
import { holdTemplate } from './hold-template.ts';
import { codeBlock } from './inert-markdown.ts';

const letter: DeadLetter = {
  failure_code: 'SCHEMA_PARSE_ERROR',
  task_type: 'excel_kakao',
  group: '0a1b2c3d4e5f60',
  requeues: 2,
  task_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  park: 'hold',
  delivery_tag: 't',
  failed_at: '2026-11-22T00:00:00.000Z',
  attempts: 4,
  retries: 3,
  locked: false,
  error: { code: 'SCHEMA_PARSE_ERROR', message: 'answer is not one JSON object' },
  envelope: { task_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', task_type: 'excel_kakao', payload: {} },
  pr_url: null,
  issue_url: null,
};
const decision = { action: 'hold', rule: 'schema', reason: 'needs a change of prompt, schema or code' } as const;

function render(over: Partial<DeadLetter> = {}, reason: string = decision.reason) {
  return holdTemplate({ ...letter, ...over }, { decision: { ...decision, reason }, runbookBaseUrl: '' });
}

/** What is left of a body when everything that is code has been taken out, by the rules of CommonMark 0.31. */
function withoutCode(body: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of body.split('\n')) {
    const [run] = /^ {0,3}`{3,}/.exec(line) ?? [];
    const closes = fence !== undefined && run !== undefined && run.length >= fence.length && /^`+\s*$/.test(line);
    const opens = fence === undefined && run !== undefined && !line.slice(run.length).includes('`');
    if (fence === undefined && !opens) lines.push(withoutSpans(line));
    if (opens) fence = run;
    else if (closes) fence = undefined;
  }
  return lines.join('\n');
}

/** A code span ends at the next run of exactly as many backticks. */
function withoutSpans(line: string): string {
  let left = '';
  for (let at = 0; at < line.length;) {
    const [run] = /^`+/.exec(line.slice(at)) ?? [''];
    if (run === '') {
      left += line.charAt(at);
      at += 1;
      continue;
    }
    const rest = line.slice(at + run.length);
    const end = [...rest.matchAll(/`+/g)].find((match) => match[0].length === run.length);
    left += end === undefined ? run : '¤';
    at += run.length + (end === undefined ? 0 : end.index + run.length);
  }
  return left;
}

/** Text that tries to be more than text. */
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '\n',
          '\r\n',
          '```',
          '````json',
          '`',
          '``',
          '~~~',
          '# ',
          '## Fix',
          '@octocat',
          '#12',
          '[a](http://x)',
          '![i](x)',
        ],
        ...[
          '<img src=x onerror=alert(1)>',
          '<!--',
          '|a|b|',
          '---',
          '> ',
          '- [ ] ',
          'https://evil.example',
          '\u202e',
          '\u2028',
          'ab ',
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

test('a code block ends where it is meant to', () => {
  expect(codeBlock('a\n```\nb', 'json')).toBe('````json\na\n```\nb\n````');
});

describe('the draft about a held letter', () => {
  test('title, sections in their order, and what they say', () => {
    const { title, body } = render({
      error: { ...letter.error, detail: { schema_name: 'roster', expected: { type: 'object' } } },
    });
    expect(title).toBe('[HOLD] excel_kakao: SCHEMA_PARSE_ERROR');
    expect([...body.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      ...['Summary', 'What failed', 'Expected JSON/schema', 'Suggested fix', 'Runbook', 'Evidence'],
    ]);
    for (const part of [
      'schema_name: ` roster `',
      '"type": "object"',
      '1. ',
      '2. ',
      '3. ',
      'JSON-only',
      '"last_error"',
    ])
      expect(body).toContain(part);
  });

  test('people are masked everywhere', () => {
    const message = 'no roster for kim.minsu@example.com, 010-1234-5678';
    const envelope = { ...letter.envelope, payload: { members: [{ name: '김민수', phone: '+821012345678' }] } };
    const { title, body } = render({ error: { ...letter.error, message }, task_type: 'call 010-1234-5678', envelope });
    for (const secret of ['kim.minsu', '1234', '민수']) expect(title + body).not.toContain(secret);
  });

  test('a long message is cut', () => {
    const { body } = render({ envelope: { ...letter.envelope, payload: { text: '가'.repeat(50_000) } } });
    const [, evidence = ''] = body.split('## Evidence');
    expect(evidence.length).toBeLessThan(4100);
  });

  test('a letter that cannot be read has a draft too', () => {
    expect(render({ envelope: undefined, failed_at: null }).body).toContain('"unparsable": true');
  });

  test('a link to the runbook where there is one', () => {
    const { body } = holdTemplate(letter, { decision, runbookBaseUrl: 'https://wiki.example/books' });
    expect(body).toContain('<https://wiki.example/books/SCHEMA_PARSE_ERROR>');
  });

  test('whatever a text says, it is code: nothing outside of code depends on it', () => {
    const plain = withoutCode(render().body);
    expect(plain).toContain('## Evidence');
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, type, other) => {
        const error = { code: 'SCHEMA_PARSE_ERROR', message };
        const { title, body } = render(
          {
            error,
            task_type: type,
            group: other,
            task_id: other,
            envelope: { ...letter.envelope, payload: { [type]: message } },
          },
          message,
        );
        expect(withoutCode(body)).toBe(plain);
        expect(title.length).toBeLessThanOrEqual(200);
        expect(title.slice('[HOLD]'.length)).not.toMatch(/[\n\r\u2028\u202e@#<>`[\]]/);
      }),
      { numRuns: 300 },
    );
  });

  test('nor on what schema or code are called', () => {
    const named = (name: string) =>
      render({ failure_code: name, error: { ...letter.error, detail: { schema: name, expected: name } } });
    const plain = withoutCode(named('x').body);
    fc.assert(
      fc.property(hostile, (name) => {
        fc.pre(name !== '');
        expect(withoutCode(named(`x${name}`).body)).toBe(plain);
      }),
      { numRuns: 200 },
    );
  });
});
