import { FAILURE_CODES, failureCodes, runbookSlug, type FailureCode } from '@nexus/failure-taxonomy';
import { Marked, type Token, type Tokens } from 'marked';
import { failureWithCode } from '../failure-with-code.ts';

export const RUNBOOK_LANGUAGES = ['en', 'ko'] as const;
export type RunbookLanguage = (typeof RUNBOOK_LANGUAGES)[number];

/** The sections of every page, in their order; `id` is the anchor in both languages. */
export const RUNBOOK_SECTIONS = [
  { id: 'symptom', en: 'Symptom', ko: '증상' },
  { id: 'impact', en: 'Impact', ko: '영향' },
  { id: 'checks', en: 'Checks', ko: '확인' },
  { id: 'fix', en: 'Fix', ko: '조치' },
  { id: 'rollback', en: 'Rollback', ko: '되돌리기' },
  { id: 'verify', en: 'Verify', ko: '검증' },
] as const;

/** A page as it is written, and where, for the messages about it. */
export type RunbookSource = { code: FailureCode; language: RunbookLanguage; path: string; markdown: string };

/** A page as it is shown; `html` holds the six sections, without title and first sentence. */
export type RunbookHtml = { title: string; html: string };

/**
 * Renders one page. Raw HTML in it becomes text. Throws RUNBOOK_INVALID, naming the file, when the title is not the code,
 * the first sentence is not the one of the table of codes, a section is missing, empty or out of order, or a link leads
 * anywhere but to the page of another code.
 */
export function renderRunbookPage(source: RunbookSource): RunbookHtml {
  const marked = createMarked(source);
  const [title, sentence, ...rest] = marked.lexer(source.markdown).filter(({ type }) => type !== 'space');
  if (!isHeading(title, 1) || title.text !== source.code) throw invalid(source, `does not begin with # ${source.code}`);
  const said = failureCodes[source.code][source.language];
  if (sentence?.type !== 'paragraph' || (sentence as Tokens.Paragraph).text !== said) {
    throw invalid(source, `does not say after its title what the table of failure codes says: ${said}`);
  }
  checkSections(source, rest);
  return { title: source.code, html: marked.parser(rest).trim() };
}

function checkSections(source: RunbookSource, tokens: readonly Token[]): void {
  const expected = RUNBOOK_SECTIONS.map((section) => section[source.language]);
  const found = tokens.filter((token) => isHeading(token, 2)).map(({ text }) => text);
  if (found.join() !== expected.join()) {
    throw invalid(source, `has the sections ${found.join(', ') || '(none)'}; it must have ${expected.join(', ')}`);
  }
  if (!isHeading(tokens[0], 2)) throw invalid(source, 'has text before its first section');
  const empty = tokens.find((token, index) => isHeading(token, 2) && isEndOrHeading(tokens[index + 1]));
  if (empty !== undefined) throw invalid(source, `has an empty section: ${(empty as Tokens.Heading).text}`);
}

function createMarked(source: RunbookSource): Marked {
  return new Marked<string, string>({
    renderer: {
      html: ({ text }) => escapeHtml(text),
      image: (): string => {
        throw invalid(source, 'has an image, which the page could not show');
      },
      heading({ tokens, depth, text }) {
        const section = RUNBOOK_SECTIONS.find((each) => each[source.language] === text);
        const anchor = depth === 2 && section !== undefined ? ` id="${section.id}"` : '';
        return `<h${depth}${anchor}>${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escapeHtml(address(source, href))}">${this.parser.parseInline(tokens)}</a>`;
      },
    },
  });
}

/** Where the supervisor serves what a link between files names. */
function address(source: RunbookSource, href: string): string {
  const code = FAILURE_CODES.find((each) => href === `${runbookSlug(each)}.md`);
  if (code === undefined) throw invalid(source, `links to ${href}; pages link to pages of other codes only`);
  return `/docs/runbooks/${code}?lang=${source.language}`;
}

function isHeading(token: Token | undefined, depth: number): token is Tokens.Heading {
  return token?.type === 'heading' && (token as Tokens.Heading).depth === depth;
}

function isEndOrHeading(token: Token | undefined): boolean {
  return token === undefined || isHeading(token, 2);
}

function invalid({ path }: RunbookSource, what: string): Error {
  return failureWithCode('RUNBOOK_INVALID', `${path} ${what}.`);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
