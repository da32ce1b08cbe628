import { createHash } from 'node:crypto';
import { FAILURE_CODES, failureCodes, isFailureCode, type FailureCode } from '@nexus/failure-taxonomy';
import { decide, defaultTriagePolicy } from '@nexus/triage-policy';
import { DOCS_POLICY, type DocsLanguage } from './docs-page.ts';
import { docsStyle } from './docs-style.ts';
import { runbookIntroduction, runbookPages } from './runbooks.generated.ts';

const words = {
  en: {
    title: 'Runbooks',
    lead: 'One page for each failure code, for whoever is on call.',
    other: '한국어',
    all: 'All runbooks',
    reference: 'API reference',
    what: 'What happened',
    facts: { code: 'Code', severity: 'Severity', blame: 'Blame', triage: 'Default triage', retryable: 'Retried' },
    yes: 'yes',
    no: 'no',
  },
  ko: {
    title: '런북',
    lead: '실패 코드마다 한 장씩, 당직자를 위한 안내입니다.',
    other: 'English',
    all: '전체 런북',
    reference: 'API 문서',
    what: '무슨 일인가',
    facts: { code: '코드', severity: '심각도', blame: '원인', triage: '기본 분류', retryable: '자동 재시도' },
    yes: '예',
    no: '아니요',
  },
} as const;

/** What runbooks add to the look of the API reference: one narrow column, severity in colour, paper without navigation. */
const runbookStyle = `
main{word-break:keep-all;overflow-x:auto}
main.wide{grid-column:1/-1}
main h2{border-top:1px solid var(--line);padding-top:1rem;margin:1.6rem 0 .4rem}
main h2:first-child{border-top:0}
main li{margin:.35rem 0}
main :not(pre)>code{overflow-wrap:anywhere}
main td,main th{overflow-wrap:normal;white-space:nowrap}
main td:last-child{white-space:normal;min-width:14rem}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;margin:.6rem 0 1rem}
.facts div{display:flex;gap:.4rem}
.facts dt{opacity:.7}.facts dd{margin:0;font-weight:600}
.critical{color:#b3261e}.warning{color:#8a5a00}
@media(prefers-color-scheme:dark){.critical{color:#ff8a80}.warning{color:#ffc666}}
@media(max-width:50rem){nav{padding-bottom:0}nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem}}
@media print{body{display:block;font-size:11pt;padding:0}nav,.ways{display:none}pre{white-space:pre-wrap;overflow-wrap:anywhere}pre,li{break-inside:avoid}h2{break-after:avoid}}
`;

/** The policy of the API reference, and the one style more that these pages have. */
export const runbookHtmlPolicy = DOCS_POLICY.replace(
  /style-src [^;]+/,
  (directive) => `${directive} 'sha256-${createHash('sha256').update(runbookStyle).digest('base64')}'`,
);

/**
 * The runbook of a failure code as one inert HTML document, to be sent with {@link runbookHtmlPolicy}. Takes the code in
 * any case or the name of its file (`provider-timeout`). Undefined when there is no such code.
 */
export function renderRunbook(code: string, language: DocsLanguage): string | undefined {
  const known = code.trim().toUpperCase().replaceAll('-', '_');
  if (!isFailureCode(known)) return undefined;
  const { title, html } = runbookPages[known][language];
  const text = words[language];
  const sections = [...html.matchAll(/<h2 id="([a-z]+)">([^<]*)<\/h2>/g)].map(
    ([, id, heading]) => `<li><a href="#${id}">${heading}</a></li>`,
  );
  return page({
    language,
    title,
    address: `/docs/runbooks/${known}`,
    lead: escape(failureCodes[known][language]),
    ways: [`<a href="/docs/runbooks?lang=${language}">${text.all}</a>`],
    header: factsOf(known, language),
    navigation: sections,
    main: html,
  });
}

/** The list of every runbook, in the order of the table of codes, as an HTML document like {@link renderRunbook}. */
export function renderRunbookIndex(language: DocsLanguage): string {
  const text = words[language];
  const heads = [...Object.values(text.facts), text.what].map((head) => `<th>${head}</th>`).join('');
  const rows = FAILURE_CODES.map((code) => {
    const cells = [link(code, language), ...facts(code, language).map(({ value }) => value)];
    return `<tr>${[...cells, escape(failureCodes[code][language])].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return page({
    language,
    title: text.title,
    address: '/docs/runbooks',
    lead: text.lead,
    ways: [],
    header: '',
    navigation: [],
    main: `${runbookIntroduction[language]}<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  });
}

/** Everything but `title` is HTML already. */
type Page = {
  language: DocsLanguage;
  title: string;
  address: string;
  lead: string;
  /** Links beside the one to the other language. */
  ways: readonly string[];
  header: string;
  navigation: readonly string[];
  main: string;
};

function page({ language, title, address, lead, ways, header, navigation, main }: Page): string {
  const text = words[language];
  const links = [
    ...ways,
    `<a href="/docs?lang=${language}">${text.reference}</a>`,
    `<a href="${address}?lang=${language === 'en' ? 'ko' : 'en'}">${text.other}</a>`,
  ];
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)} · Nexus</title><style>${docsStyle}</style><style>${runbookStyle}</style></head><body>`,
    `<header><p class="ways">${links.join(' · ')}</p><h1>${escape(title)}</h1><p>${lead}</p>${header}</header>`,
    navigation.length === 0
      ? `<main class="wide">${main}</main></body></html>`
      : `<nav><ul>${navigation.join('')}</ul></nav><main>${main}</main></body></html>`,
  ].join('\n');
}

function link(code: FailureCode, language: DocsLanguage): string {
  return `<a href="/docs/runbooks/${code}?lang=${language}">${code}</a>`;
}

function facts(code: FailureCode, language: DocsLanguage): { name: string; value: string }[] {
  const text = words[language];
  const { severity, blame, retryable } = failureCodes[code];
  const { action } = decide({ failure_code: code }, defaultTriagePolicy);
  return [
    { name: text.facts.severity, value: `<span class="${severity}">${severity}</span>` },
    { name: text.facts.blame, value: blame },
    { name: text.facts.triage, value: action },
    { name: text.facts.retryable, value: retryable ? text.yes : text.no },
  ];
}

function factsOf(code: FailureCode, language: DocsLanguage): string {
  const entries = facts(code, language).map(({ name, value }) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return `<dl class="facts">${entries.join('')}</dl>`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
