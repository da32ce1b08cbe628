import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openApiDocument } from '@nexus/contracts';
import { DOCS_POLICY, renderDocs } from './docs-page.ts';

const document = openApiDocument();
const english = renderDocs(document, 'en');
const korean = renderDocs(document, 'ko');

test('shows every route with its method, path, statuses and a call', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const section = english.split(`<section id="${operation.operationId}">`)[1]?.split('</section>')[0] ?? '';
      expect(section).toContain(`>${method.toUpperCase()}</span> <code>${path}</code>`);
      for (const status of Object.keys(operation.responses)) expect(section).toContain(`<code>${status}</code>`);
      expect(section).toContain('curl -s');
    }
  }
});

test('every link of the page leads to a place in it', () => {
  const places = new Set([...english.matchAll(/id="([^"]+)"/g)].map((match) => match[1]));
  for (const match of english.matchAll(/href="#([^"]+)"/g)) expect(places).toContain(match[1]);
});

test('Korean has its own words, and each page leads to the other', () => {
  expect(korean).toContain('<html lang="ko">');
  for (const word of ['작업 만들기', '매개변수', '응답', '멱등']) expect(korean).toContain(word);
  expect(korean).toContain('href="/docs?lang=en"');
  expect(english).toContain('href="/docs?lang=ko"');
  expect(english).not.toContain('작업 만들기');
});

test('is inert: no script, no handler, no foreign address, and a policy that names its one style', () => {
  for (const page of [english, korean]) {
    expect(page).not.toMatch(/<script|\son\w+=|javascript:|src=|@import|url\(/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    expect(DOCS_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  }
});

test('text of the document is text on the page', () => {
  const evil = structuredClone(document);
  evil.info.description = '<img src=x onerror=alert(1)>"&\'';
  expect(renderDocs(evil, 'en')).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&#39;');
});
