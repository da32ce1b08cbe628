import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { FAILURE_CODES, failureCodes, runbookSlug } from '@nexus/failure-taxonomy';
import { renderRunbook, renderRunbookIndex, runbookHtmlPolicy } from './runbook-pages.ts';

const languages = ['en', 'ko'] as const;
const documents = languages.flatMap((language) => [
  { name: `index ${language}`, language, html: renderRunbookIndex(language) },
  ...FAILURE_CODES.map((code) => ({
    name: `${code} ${language}`,
    language,
    html: renderRunbook(code, language) ?? '',
  })),
]);

describe('which page', () => {
  test.each(FAILURE_CODES)('%s is found by its code in any case and by its slug', (code) => {
    const page = renderRunbook(code, 'en');
    expect(page).toContain(`<h1>${code}</h1>`);
    expect(renderRunbook(code.toLowerCase(), 'en')).toBe(page);
    expect(renderRunbook(runbookSlug(code), 'en')).toBe(page);
    expect(renderRunbook(` ${code} `, 'en')).toBe(page);
  });

  test.each(['', 'NO_SUCH_CODE', 'toString', '__proto__', 'constructor', '../PROVIDER_TIMEOUT', 'PROVIDER_TIMEOUT.md'])(
    'there is none for %j',
    (code) => {
      expect(renderRunbook(code, 'en')).toBeUndefined();
      expect(renderRunbook(code, 'ko')).toBeUndefined();
    },
  );
});

describe('every document', () => {
  test.each(documents)('$name is inert and under a policy that names its styles', ({ html }) => {
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|src=|style=|@import|url\(/i);
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style);
    expect(styles).toHaveLength(2);
    for (const style of styles) {
      expect(runbookHtmlPolicy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    }
    expect(runbookHtmlPolicy).toMatch(/^default-src 'none'; style-src 'sha256-\S+' 'sha256-\S+'; base-uri 'none'; /);
  });

  test.each(documents)('$name is well-formed', ({ html }) => {
    const open: string[] = [];
    const body = html.replace(/<style>[\s\S]*?<\/style>/g, '').replace('<!doctype html>', '');
    const rest = body.replace(
      /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>/g,
      (_tag, slash: string, name: string) => {
        if (slash === '/') expect(open.pop()).toBe(name);
        else if (name !== 'meta') open.push(name);
        return '';
      },
    );
    expect(open).toEqual([]);
    expect(rest).not.toMatch(/[<>]/);
  });

  test.each(documents)(
    '$name links to places that exist, in its own language, and once to the other',
    ({ html, language }) => {
      const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
      const places = new Set([...html.matchAll(/id="([^"]+)"/g)].map(([, id]) => `#${id}`));
      const pages = new Set(['/docs', '/docs/runbooks', ...FAILURE_CODES.map((code) => `/docs/runbooks/${code}`)]);
      for (const link of links.filter((each) => !places.has(each))) {
        expect(link).toMatch(/\?lang=(en|ko)$/);
        expect(pages).toContain(link.split('?')[0]);
      }
      expect(links.filter((link) => link.includes('lang=') && !link.endsWith(`lang=${language}`))).toHaveLength(1);
      expect(html).toContain(`<html lang="${language}">`);
    },
  );
});

describe.each(languages)('a page (%s)', (language) => {
  test.each(FAILURE_CODES)('%s has its sentence, its facts, six sections and the way back', (code) => {
    const html = renderRunbook(code, language) ?? '';
    expect(html).toContain(`<p>${failureCodes[code][language]}</p>`);
    expect(html).toContain(`<span class="${failureCodes[code].severity}">`);
    expect([...html.matchAll(/<h2 id="([a-z]+)">/g)].map(([, id]) => id)).toEqual([
      'symptom',
      'impact',
      'checks',
      'fix',
      'rollback',
      'verify',
    ]);
    expect(html).toContain(`href="/docs/runbooks?lang=${language}"`);
    expect(html).toContain(`href="/docs/runbooks/${code}?lang=${language === 'en' ? 'ko' : 'en'}"`);
  });
});

test('the index lists every code once, in the order of the table, with its default triage', () => {
  for (const language of languages) {
    const rows =
      renderRunbookIndex(language)
        .split('<tbody>')[1]
        ?.match(/<tr>.*<\/tr>/g) ?? [];
    expect(rows.map((row) => /runbooks\/(\w+)\?/.exec(row)?.[1])).toEqual(FAILURE_CODES);
    expect(rows[FAILURE_CODES.indexOf('BUDGET_EXCEEDED')]).toContain('<td>alarm</td>');
  }
});
