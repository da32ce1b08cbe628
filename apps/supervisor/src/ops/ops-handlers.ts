import { openApiDocument, type Routes } from '@nexus/contracts';
import { iso, readiness, type Clock, type HealthCheck } from '@nexus/runtime';
import type { Handlers } from '@nexus/runtime/http';
import { DOCS_POLICY, renderDocs, type DocsLanguage } from './docs-page.ts';
import { renderRunbook, renderRunbookIndex, runbookHtmlPolicy } from './runbook-pages.ts';

export type OpsPorts = {
  checks: { redis: HealthCheck; queue: HealthCheck; files: HealthCheck };
  /** Text of a metrics scrape. */
  expose: () => Promise<string>;
  /** True from the first step of a shutdown on. */
  isClosing: () => boolean;
  /** Providers that can be asked, in order. */
  providers: () => readonly string[];
  now: Clock;
};

type OpsRoutes = Pick<Routes, 'health' | 'live' | 'ready' | 'metrics' | 'docs' | 'runbooks' | 'runbook' | 'openapi'>;

/** Health, metrics, the API reference and the runbooks; all without side effects. */
export function createOpsHandlers(ports: OpsPorts): Handlers<OpsRoutes> {
  // Most supervisors are never asked for their reference: 1.5 MB that wait for the first who does.
  const documentText = once(() => JSON.stringify(openApiDocument(), undefined, 1));
  const pages = {
    en: once(() => renderDocs(openApiDocument(), 'en')),
    ko: once(() => renderDocs(openApiDocument(), 'ko')),
  };
  return {
    async health() {
      const { redis, queue } = ports.checks;
      const { checks } = await readiness({ redis, queue });
      const redisOk = checks['redis']?.ok === true;
      const queueOk = checks['queue']?.ok === true;
      return {
        status: 200,
        body: {
          status: redisOk && queueOk ? 'ok' : 'degraded',
          time: iso(ports.now()),
          llm_provider: ports.providers()[0] ?? 'none',
          redis_ok: redisOk,
          queue_ok: queueOk,
          rabbit_ok: queueOk,
        },
      };
    },
    live: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
    async ready() {
      const body = await readiness({
        ...ports.checks,
        shutdown: () => Promise.resolve(shutdownCheck(ports.isClosing())),
      });
      return body.status === 'ok' ? { status: 200, body } : { status: 503, body };
    },
    metrics: async () => ({ status: 200, text: await ports.expose() }),
    docs: ({ query }) =>
      Promise.resolve({
        status: 200,
        text: pages[languageOf(query.lang)](),
        headers: { 'content-security-policy': DOCS_POLICY },
      }),
    runbooks: ({ query }) =>
      Promise.resolve({ status: 200, text: renderRunbookIndex(languageOf(query.lang)), headers: runbookHeaders }),
    async runbook({ params, query }) {
      const text = renderRunbook(params.code, languageOf(query.lang));
      if (text !== undefined) return { status: 200, text, headers: runbookHeaders };
      return { problem: 'NOT_FOUND', message: 'no failure code has this name; GET /docs/runbooks lists all runbooks' };
    },
    openapi: () => Promise.resolve({ status: 200, text: documentText() }),
  };
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

const runbookHeaders = { 'content-security-policy': runbookHtmlPolicy };

function languageOf(lang: string | undefined): DocsLanguage {
  return lang?.toLowerCase().startsWith('ko') === true ? 'ko' : 'en';
}

function shutdownCheck(closing: boolean): { ok: boolean; message?: string } {
  return closing ? { ok: false, message: 'this supervisor is shutting down; use another one' } : { ok: true };
}
