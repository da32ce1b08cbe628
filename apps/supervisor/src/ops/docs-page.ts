import { createHash } from 'node:crypto';
import type { JsonSchema, OpenApiDocument, OpenApiOperation } from '@nexus/contracts';
import { docsStyle } from './docs-style.ts';

export type DocsLanguage = 'en' | 'ko';

const words = {
  en: {
    title: 'API reference',
    other: '한국어',
    key: 'Key',
    none: 'no key',
    parameters: 'Parameters',
    body: 'Request body',
    responses: 'Responses',
    example: 'Example',
    schemas: 'Schemas',
    required: 'required',
    document: 'OpenAPI document',
    version: 'Version',
    fields: { name: 'Name', type: 'Type', meaning: 'Meaning', status: 'Status' },
  },
  ko: {
    title: 'API 문서',
    other: 'English',
    key: '키',
    none: '키 필요 없음',
    parameters: '매개변수',
    body: '요청 본문',
    responses: '응답',
    example: '예시',
    schemas: '스키마',
    required: '필수',
    document: 'OpenAPI 문서',
    version: '버전',
    fields: { name: '이름', type: '형식', meaning: '설명', status: '상태' },
  },
} as const;

const groups: Record<string, Record<DocsLanguage, string>> = {
  tasks: { en: 'Tasks', ko: '작업' },
  files: { en: 'Files', ko: '파일' },
  agents: { en: 'Agents', ko: '에이전트' },
  spending: { en: 'Spending', ko: '지출' },
  letters: { en: 'Dead letters', ko: '데드레터' },
  models: { en: 'Language models', ko: '언어 모델' },
  operations: { en: 'Operations', ko: '운영' },
};

/** The page has no script at all and one style, which is named by its hash. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(docsStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The API reference as one inert HTML page, from the OpenAPI document alone. */
export function renderDocs(document: OpenApiDocument, language: DocsLanguage): string {
  const text = words[language];
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = document.tags.map(({ name }) => ({
    name,
    heading: groups[name]?.[language] ?? name,
    entries: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(document.info.title)}</title><style>${docsStyle}</style></head><body>`,
    `<header><h1>${escape(document.info.title)}</h1>`,
    `<p>${text.title} · ${text.version} ${escape(document.info.version)} · <a href="/openapi.json">${text.document}</a>`,
    ` · <a href="/docs?lang=${language === 'en' ? 'ko' : 'en'}">${text.other}</a></p>`,
    `<p>${escape(document.info.description)}</p></header>`,
    `<nav>${sections.map(({ heading, entries }) => `<h2>${escape(heading)}</h2><ul>${entries.map((entry) => link(entry, language)).join('')}</ul>`).join('')}`,
    `<h2><a href="#schemas">${text.schemas}</a></h2></nav><main>`,
    ...sections.map(
      ({ heading, entries }) =>
        `<h2>${escape(heading)}</h2>${entries.map((entry) => section(entry, language)).join('')}`,
    ),
    `<h2 id="schemas">${text.schemas}</h2>`,
    ...Object.entries(document.components.schemas).map(([name, schema]) => schemaSection(name, schema)),
    '</main></body></html>',
  ].join('\n');
}

type Entry = { path: string; method: string; operation: OpenApiOperation };

function link({ path, method, operation }: Entry, language: DocsLanguage): string {
  const label = summary(operation, language);
  return `<li><a href="#${operation.operationId}" title="${method} ${escape(path)}">${escape(label)}</a></li>`;
}

function summary(operation: OpenApiOperation, language: DocsLanguage): string {
  return (language === 'ko' ? operation['x-summary-ko'] : undefined) ?? operation.summary;
}

function section(entry: Entry, language: DocsLanguage): string {
  const { path, method, operation } = entry;
  const text = words[language];
  const description = (language === 'ko' ? operation['x-description-ko'] : undefined) ?? operation.description;
  return [
    `<section id="${operation.operationId}"><h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${escape(path)}</code></h3>`,
    `<p><strong>${escape(summary(operation, language))}</strong>${description ? `<br>${escape(description)}` : ''}</p>`,
    `<p class="key">${text.key}: ${keysOf(operation, language)}</p>`,
    parameters(operation, language),
    requestBody(operation, language),
    responses(operation, language),
    `<h4>${text.example}</h4><pre><code>${escape(curl(entry))}</code></pre></section>`,
  ].join('\n');
}

const keyHeaders: Record<string, string> = {
  apiKey: 'X-API-Key',
  adminKey: 'X-Admin-Key',
  bearer: 'Authorization: Bearer',
};

function keysOf(operation: OpenApiOperation, language: DocsLanguage): string {
  const names = operation.security.flatMap((scheme) => Object.keys(scheme));
  if (names.length === 0) return words[language].none;
  return names.map((name) => `<code>${keyHeaders[name] ?? name}</code>`).join(' / ');
}

function parameters(operation: OpenApiOperation, language: DocsLanguage): string {
  if (!operation.parameters) return '';
  const text = words[language];
  const rows = operation.parameters.map((parameter) => [
    `<code>${escape(parameter.name)}</code> <small>${parameter.in}${parameter.required ? `, ${text.required}` : ''}</small>`,
    typeOf(parameter.schema),
    escape(parameter.description ?? ''),
  ]);
  return `<h4>${text.parameters}</h4>${table([text.fields.name, text.fields.type, text.fields.meaning], rows)}`;
}

function requestBody(operation: OpenApiOperation, language: DocsLanguage): string {
  if (!operation.requestBody) return '';
  const contents = Object.entries(operation.requestBody.content).map(
    ([type, { schema }]) => `<p><code>${type}</code> ${typeOf(schema)}</p>`,
  );
  return `<h4>${words[language].body}</h4>${contents.join('')}`;
}

function responses(operation: OpenApiOperation, language: DocsLanguage): string {
  const text = words[language];
  const rows = Object.entries(operation.responses).map(([status, response]) => [
    `<code>${status}</code>`,
    Object.entries(response.content ?? {})
      .map(([type, { schema }]) => `<code>${type}</code> ${typeOf(schema)}`)
      .join('<br>'),
    escape(response.description),
  ]);
  return `<h4>${text.responses}</h4>${table([text.fields.status, text.fields.type, text.fields.meaning], rows)}`;
}

function table(heads: string[], rows: string[][]): string {
  const head = heads.map((cell) => `<th>${cell}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** A schema in a few words; a named one links to its section. */
function typeOf(schema: JsonSchema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
  }
  const facts = ['minimum', 'maximum', 'default', 'format', 'pattern', 'maxLength']
    .filter((fact) => schema[fact] !== undefined)
    .map((fact) => `${fact} ${escape(JSON.stringify(schema[fact]))}`);
  const choices = schema['enum'];
  const kind = Array.isArray(choices)
    ? choices.map((choice) => escape(String(choice))).join(' | ')
    : escape(typeof schema['type'] === 'string' ? schema['type'] : '');
  return [kind, ...facts].filter((part) => part !== '').join(', ');
}

function schemaSection(name: string, schema: JsonSchema): string {
  const text = escape(JSON.stringify(schema, undefined, 2));
  const linked = text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">#/components/schemas/$1</a>');
  return `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3><details><summary>JSON Schema</summary><pre><code>${linked}</code></pre></details></section>`;
}

/** A call anybody can paste: the default key works on the supervisor's own machine. */
function curl({ path, method, operation }: Entry): string {
  const names = operation.security.flatMap((scheme) => Object.keys(scheme));
  const content = operation.requestBody?.content ?? {};
  const example = content['application/json']?.example;
  const address = `http://127.0.0.1:8000${path.replace(/\{(\w+)\}/g, (_whole, name: string) => `$${name.toUpperCase()}`)}`;
  return [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`} "${address}"`,
    ...(names.includes('apiKey') ? ["-H 'X-API-Key: dev-key'"] : []),
    ...(example === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example)}'`]),
    ...(content['application/octet-stream'] ? ["-H 'X-File-Name: chat.txt'", '--data-binary @chat.txt'] : []),
    ...(path.endsWith('/events') ? ['-N'] : []),
  ].join(' \\\n  ');
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
