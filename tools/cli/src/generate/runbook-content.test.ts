import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@nexus/contracts';
import { FAILURE_CODES, isFailureCode, runbookSlug } from '@nexus/failure-taxonomy';
import { decide, defaultTriagePolicy } from '@nexus/triage-policy';
import { parse } from 'yaml';
import { runbookIntroduction } from './runbook-introduction.ts';
import { RUNBOOK_LANGUAGES, RUNBOOK_SECTIONS } from './runbook-page.ts';

const project = join(import.meta.dirname, '../../../..');

function text(path: string): string {
  return readFileSync(join(project, path), 'utf8');
}

const pages = FAILURE_CODES.flatMap((code) =>
  RUNBOOK_LANGUAGES.map((language) => ({
    code,
    language,
    name: `${language}/${runbookSlug(code)}.md`,
    markdown: text(`docs/runbooks/${language}/${runbookSlug(code)}.md`),
  })),
);
const texts = [
  ...pages,
  ...RUNBOOK_LANGUAGES.map((language) => ({
    name: `introduction ${language}`,
    markdown: runbookIntroduction[language],
  })),
];

/** Everything in a text that an operator would paste: lines of code blocks, and code spans. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
  const prose = markdown.replaceAll(/^ *```sh\n.*?^ *```$/gms, '');
  return [...blocks, ...[...prose.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)].map((line) => line.trim());
}

const filters = ['--failure-code', '--task-type', '--group'];
const moving = [...filters, '--limit', '--dry-run', '--force'];

/** The commands of the command line that pages may name, and the options they may give them. */
const commands: Record<string, readonly string[]> = {
  'dlq stats': [],
  'dlq groups': ['--park'],
  'dlq peek': [...filters, '--limit', '--reveal'],
  'dlq requeue': [...moving, '--canary', '--min-success', '--per-second'],
  'dlq hold': [...filters, '--limit', '--dry-run', '--mode'],
  'dlq purge': [...filters, '--limit', '--dry-run'],
  'dlq resolve': [],
  'dlq ignore': [],
  'dlq reopen': [],
  'dlq operations': [],
  'dlq operation': [],
  'dlq cancel': [],
  'hold peek': [...filters, '--limit', '--reveal'],
  'hold requeue': moving,
  'hold purge': [...filters, '--limit', '--dry-run'],
  'hold pr': [],
  'alarm peek': [...filters, '--limit', '--reveal'],
  'alarm requeue': moving,
  'finops-report': [],
};

/** Options that take a value of these. */
const values: Record<string, RegExp> = {
  '--failure-code': new RegExp(`^(${FAILURE_CODES.join('|')})$`),
  '--task-type': /^TASK_TYPE$/,
  '--group': /^GROUP$/,
  '--park': /^(hold|alarm)$/,
  '--mode': /^manual$/,
  '--limit': /^\d+$/,
  '--canary': /^\d+$/,
  '--min-success': /^(0\.\d+|1)$/,
  '--per-second': /^\d+$/,
};

/** What is wrong with a command line of nexus; undefined = nothing. */
function problemOf(line: string): string | undefined {
  const [noun = '', verb = '', ...words] = line.replace(/^npx nexus /, '').split(' ');
  const options = commands[`${noun} ${verb}`.trim()];
  if (options === undefined) return `${noun} ${verb} is no command`;
  const takesName = ['resolve', 'ignore', 'reopen', 'operation', 'cancel'].includes(verb);
  if (takesName) return /^(GROUP|ID)$/.test(words.join(' ')) ? undefined : 'needs one GROUP or ID';
  while (words.length > 0) {
    const option = words.shift() ?? '';
    if (!options.includes(option)) return `${noun} ${verb} does not take ${option}`;
    const value = values[option];
    if (value !== undefined && !value.test(words.shift() ?? '')) return `${option} needs another value`;
  }
  return undefined;
}

describe('commands', () => {
  test.each(texts)('$name names commands and options that exist', ({ markdown }) => {
    const lines = codeOf(markdown).filter((line) => line.startsWith('npx'));
    expect(lines.length).toBeGreaterThan(markdown.includes('CANCELLED') ? -1 : 0);
    expect(lines.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
  });

  test.each([
    'npx nexus dlq explode',
    'npx nexus dlq peek --all',
    'npx nexus dlq peek --failure-code DISK_FULL',
    'npx nexus dlq cancel',
  ])('a wrong one is noticed: %s', (line) => {
    expect(problemOf(line)).toBeDefined();
  });

  test.each(pages)('$name requeues and looks at its own code only', ({ code, markdown }) => {
    const named = [...markdown.matchAll(/--failure-code (\w+)/g)].map(([, value]) => value);
    expect(named.filter((value) => value !== code)).toEqual([]);
  });

  test('no page sends uncertain messages again by code alone', () => {
    for (const language of RUNBOOK_LANGUAGES) {
      const lines = codeOf(text(`docs/runbooks/${language}/delivery-uncertain.md`));
      const requeues = lines.filter((line) => line.includes(' requeue '));
      expect(requeues.length).toBeGreaterThan(0);
      for (const line of requeues) expect(line).toContain('--group GROUP');
    }
  });
});

describe('addresses', () => {
  const document = openApiDocument();
  const known = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

  function routeOf(line: string): string | undefined {
    const [, spoken, path] = /^(GET|POST) (\/\S*)/.exec(line) ?? [];
    if (spoken !== undefined && path !== undefined) return `${spoken} ${path.replace('TASK_ID', '{task_id}')}`;
    const [, called] = /http:\/\/127\.0\.0\.1:8000(\/[^\s"?]*)/.exec(line) ?? [];
    if (called === undefined) return undefined;
    return `${line.includes('-X POST') ? 'POST' : 'GET'} ${called.replace('TASK_ID', '{task_id}')}`;
  }

  test.each(texts)('$name calls routes that exist', ({ markdown }) => {
    const asked = codeOf(markdown)
      .map(routeOf)
      .filter((route) => route !== undefined);
    expect(asked.filter((route) => !known.includes(route))).toEqual([]);
  });

  test.each(texts)('$name calls this machine only, on the ports of supervisor and worker', ({ markdown }) => {
    const hosts = [...markdown.matchAll(/https?:\/\/[^/\s"`]+/g)].map(([host]) => host);
    expect(hosts.filter((host) => !/^http:\/\/127\.0\.0\.1:80(00|11)$/.test(host))).toEqual([]);
  });

  test.each(texts)('$name names services of the compose file', ({ markdown }) => {
    const { services } = parse(text('docker/compose.yaml')) as { services: object };
    for (const line of codeOf(markdown).filter((each) => each.startsWith('docker '))) {
      const [, rest = ''] = /^docker compose -f docker\/compose\.yaml --project-directory \. (.+)$/.exec(line) ?? [];
      expect(rest).toMatch(/^(ps|logs --since \d+h \S+|up -d .+)$/);
      const named = rest.replace(/^(ps|logs --since \d+h|up -d) ?/, '').split(' ');
      expect(named.filter((name) => name !== '' && name !== 'SERVICE' && !Object.hasOwn(services, name))).toEqual([]);
    }
  });
});

/** Settings of parts that read them in their own time; the rest of the known names stands in docs/settings.md. */
const laterSettings = [
  'ENFORCE_ALARM_NO_REQUEUE',
  'DLQ_APPLY_MAX_AGE_SECONDS',
  'AUTO_HOLD_FAILURE_CODES',
  'LLM_PRIMARY_PROVIDER',
  'LLM_FALLBACK_PROVIDERS',
  'LLM_REQUIRED',
  'LLM_REQUEST_TIMEOUT_S',
  'LLM_RATE_LIMIT_RPM_GLOBAL',
  'LLM_RATE_LIMIT_RPM_MAP',
  'LLM_BUDGET_DAILY_USD',
  'LLM_BUDGET_HARD_PCT',
  'BREAKER_COOLDOWN_SECONDS',
  ...['GEMINI', 'OPENAI', 'ANTHROPIC', 'GLM'].flatMap((provider) => [`${provider}_API_KEY`, `${provider}_MODEL`]),
];

/** Codes of problems, log events, system errors and blanks to fill in. */
const otherNames = [
  ...['LLM_DISABLED', 'RATE_LIMITED', 'STORE_UNAVAILABLE', 'BAD_TIMESTAMP', 'BAD_SIGNATURE', 'TASK_CANCEL'],
  ...['EAI_AGAIN', 'CERT_HAS_EXPIRED', 'TASK_ID', 'TASK_TYPE'],
];

test.each(texts)('$name moves to hold whatever triage says: that is why somebody does it by hand', ({ markdown }) => {
  const lines = codeOf(markdown).filter((line) => line.startsWith('npx nexus dlq hold'));
  expect(lines.filter((line) => !line.includes('--mode manual'))).toEqual([]);
});

test.each(texts)('$name names settings that exist', ({ markdown }) => {
  const settings = [...text('docs/settings.md').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  const named = [...markdown.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
  const known = new Set([...settings, ...laterSettings, ...otherNames]);
  expect(named.filter((name) => !isFailureCode(name) && !known.has(name))).toEqual([]);
});

/** Fields of failures and calls that the API describes as open objects only, and names of metrics. */
const otherFields = [
  ...['reported_code', 'message_ko', 'http_status', 'max_tokens', 'allow_repair', 'requeue_limit', 'dlq_alarm'],
  ...['not_an_export', 'not_text', 'unknown_encoding', 'no_messages', 'chat_to_excel'],
  ...['nexus_dlq_total', 'nexus_agent_fail_total', 'nexus_task_create_total', 'nexus_worker_callback_failures_total'],
];

test.each(texts)('$name names fields that exist', ({ markdown }) => {
  const described = JSON.stringify(openApiDocument());
  const named = codeOf(markdown).flatMap((line) => line.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []);
  expect(named.filter((name) => !described.includes(`"${name}"`) && !otherFields.includes(name))).toEqual([]);
});

describe('what a page says about its code', () => {
  test.each(pages)('$name tells the default triage in its first section', ({ code, language, markdown }) => {
    const { action } = decide({ failure_code: code }, defaultTriagePolicy);
    const symptom = markdown.split(/^## /m)[1] ?? '';
    expect(symptom).toMatch(language === 'en' ? /triage `/ : /분류는[^.]*`/);
    const actions = [...symptom.matchAll(/`(requeue|hold|alarm|ignore)`/g)].map(([, named]) => named);
    expect(actions).toEqual([action]);
  });

  test.each(FAILURE_CODES)('%s says the same in both languages: sections, commands and settings', (code) => {
    const [english = '', korean = ''] = pages.filter((page) => page.code === code).map(({ markdown }) => markdown);
    const pasted = (markdown: string) => [
      ...new Set(codeOf(markdown).filter((line) => /^(npx|curl|docker)/.test(line))),
    ];
    expect(pasted(korean).sort()).toEqual(pasted(english).sort());
    expect(korean.match(/^## /gm)).toHaveLength(RUNBOOK_SECTIONS.length);
    const settings = (markdown: string) => [...new Set(markdown.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g))].sort();
    expect(settings(korean)).toEqual(settings(english));
  });
});
