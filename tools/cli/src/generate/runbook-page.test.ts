import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderRunbookPage, RUNBOOK_SECTIONS } from './runbook-page.ts';

type Change = { title?: string; sentence?: string; headings?: readonly string[]; body?: string; last?: string };

const headings = RUNBOOK_SECTIONS.map(({ en }) => en);

function written(change: Change = {}): string {
  const body = change.body ?? 'text';
  const sections = (change.headings ?? headings).map((heading) => `## ${heading}\n\n${body}`);
  const parts = [`# ${change.title ?? 'UNKNOWN'}`, change.sentence ?? 'A failure nobody has classified.', ...sections];
  return `${parts.join('\n\n')}${change.last ?? ''}\n`;
}

function render(markdown: string): string {
  return renderRunbookPage({ code: 'UNKNOWN', language: 'en', path: 'en/unknown.md', markdown }).html;
}

/** The names of the tags in order; throws when anything is not one of ours, or not closed in order. */
function tagsOf(html: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = html.replace(
    /<(\/?)(h[1-6]|p|ul|ol|li|pre|code|a|em|strong|del|table|thead|tbody|tr|th|td|blockquote|br|hr|input)((?: [a-z]+="[^"<>]*")*)>/g,
    (_tag, slash: string, name: string) => {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (!['br', 'hr', 'input'].includes(name)) open.push(name);
      names.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  return names;
}

describe('a page that cannot be used', () => {
  test.each<[string, Change, RegExp]>([
    ['another title', { title: 'INTERNAL_ERROR' }, /begin with # UNKNOWN/],
    ['another first sentence', { sentence: 'Something.' }, /A failure nobody has classified\./],
    ['a missing section', { headings: headings.slice(1) }, /must have Symptom, Impact/],
    ['sections out of order', { headings: [...headings].reverse() }, /has the sections Verify, Rollback/],
    ['a section too many', { headings: [...headings, 'More'] }, /Verify, More/],
    ['an empty section', { body: '' }, /empty section: Symptom/],
    ['an empty last section', { headings: headings.slice(0, 5), last: '\n\n## Verify' }, /empty section: Verify/],
    ['text before the sections', { sentence: 'A failure nobody has classified.\n\nMore.' }, /text before/],
    ['a foreign link', { body: '[a](https://example.com)' }, /links to https:\/\/example\.com/],
    ['a link to no code', { body: '[a](disk-full.md)' }, /links to disk-full\.md/],
    ['a script link', { body: '[a](javascript:alert)' }, /links to javascript:alert/],
    ['an image', { body: '![a](a.png)' }, /image/],
  ])('%s', (_what, change, message) => {
    expect(() => render(written(change))).toThrow(
      expect.objectContaining({ code: 'RUNBOOK_INVALID', message: expect.stringMatching(message) }),
    );
    expect(() => render(written(change))).toThrow(/^en\/unknown\.md /);
  });
});

test('sections have the same anchors in both languages, title and first sentence are left out', () => {
  const anchors = RUNBOOK_SECTIONS.map(({ id }) => id);
  const html = render(written());
  expect([...html.matchAll(/<h2 id="([a-z]+)">/g)].map((match) => match[1])).toEqual(anchors);
  expect(html).not.toMatch(/<h1|nobody has classified/);
  const markdown = written({
    headings: RUNBOOK_SECTIONS.map(({ ko }) => ko),
    sentence: '분류되지 않은 실패입니다.',
  });
  const korean = renderRunbookPage({ code: 'UNKNOWN', language: 'ko', path: 'ko/unknown.md', markdown }).html;
  expect([...korean.matchAll(/<h2 id="([a-z]+)">/g)].map((match) => match[1])).toEqual(anchors);
});

test('a link to another page leads to where the supervisor serves it', () => {
  expect(render(written({ body: '[it](worker-lost.md)' }))).toContain(
    '<a href="/docs/runbooks/WORKER_LOST?lang=en">it</a>',
  );
});

test.each([
  '<script>alert(1)</script>',
  'a <b onclick="x">b</b>',
  '`<b>`',
  '    <b>',
  '<!-- x -->',
  '<a href="x">y</a>',
])('raw HTML is text: %s', (body) => {
  const html = render(written({ body }));
  tagsOf(html);
  expect(html).toContain('&lt;');
});

test('whatever stands in a code block or a code span is text, and the page stays well-formed', () => {
  const line = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).filter((text) => !text.includes('`'));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), line, (lines, span) => {
      const tags = tagsOf(
        render(written({ body: `1. a\n\n   \`\`\`sh\n   ${lines.join('\n   ')}\n   \`\`\`\n\n\`${span} \`` })),
      );
      expect(tags).toContain('pre');
    }),
  );
});
