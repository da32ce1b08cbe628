import { describe, expect, test } from '@jest/globals';
import { problemOf, send, type SuiteKit } from './suite-kit.ts';
import { testKeys } from './test-supervisor.ts';

/** Files, health, metrics, documents and keys. */
export function describeSurface({ start }: SuiteKit): void {
  describe('files', () => {
    test('go up, are found by id under their name, and equal ones are one', async () => {
      const { client, agent } = await start();
      const content = Buffer.from('2026년 1월 1일, 카카오톡 대화');
      const headers = { 'x-file-name': encodeURIComponent('대화 (1).txt') };
      const up = await client.uploadFile({ body: content, headers });
      expect(up).toMatchObject({ ok: true, status: 201, body: { name: '대화 (1).txt', bytes: content.length } });
      if (!up.ok) return;
      expect(await agent.uploadFile({ body: content, headers })).toMatchObject({ body: up.body });
      const down = await agent.downloadFile({ params: { file_id: up.body.file_id } });
      if (!down.ok || down.status !== 200) throw new Error('no file');
      expect(down.headers.get('content-disposition')).toBe(
        `attachment; filename="__ (1).txt"; filename*=UTF-8''%EB%8C%80%ED%99%94%20%281%29.txt`,
      );
      expect(down.headers.get('content-length')).toBe(String(content.length));
      const parts: Uint8Array[] = [];
      for await (const part of down.body) parts.push(part);
      expect(Buffer.concat(parts).equals(content)).toBe(true);
    });

    test('more than the cap is 413, declared or not', async () => {
      const { client } = await start({ options: { maxFileBytes: 10 } });
      const headers = { 'x-file-name': 'a' };
      expect(await client.uploadFile({ body: Buffer.alloc(11), headers })).toMatchObject({
        status: 413,
        code: 'PAYLOAD_TOO_LARGE',
      });
      expect(await client.uploadFile({ body: new Blob([Buffer.alloc(11)]).stream(), headers })).toMatchObject({
        status: 413,
      });
      expect(await client.uploadFile({ body: Buffer.alloc(10), headers })).toMatchObject({ ok: true });
    });

    test.each([[undefined], ['%E0%A4%A'], ['..'], ['a%2F'], [encodeURIComponent('가'.repeat(90))]])(
      'the name %s is 422',
      async (header) => {
        const { base } = await start();
        const response = await send(base, '/files', {
          body: 'x',
          headers: header === undefined ? {} : { 'x-file-name': header },
        });
        expect((await problemOf(response)).error.code).toBe('VALIDATION_ERROR');
      },
    );

    test.each([`file_${'0'.repeat(64)}`, '..%2f..%2fetc%2fpasswd', 'file_..%2f', '%2e%2e', 'x'])(
      'GET /files/%s is 404',
      async (id) => {
        const { base } = await start();
        expect((await problemOf(await send(base, `/files/${id}`))).error.code).toBe('NOT_FOUND');
      },
    );
  });

  describe('operations', () => {
    test('health tells the truth and readiness its checks', async () => {
      const { client } = await start();
      expect(await client.health()).toMatchObject({
        status: 200,
        body: { status: 'ok', redis_ok: true, queue_ok: true, rabbit_ok: true, llm_provider: 'none' },
      });
      expect(await client.live()).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(await client.ready()).toMatchObject({
        status: 200,
        body: { status: 'ok', checks: { redis: { ok: true } } },
      });
    });

    test('every metric of the contract is there before any task', async () => {
      const { client } = await start();
      const scrape = await client.metrics();
      if (!scrape.ok) throw new Error(scrape.message);
      for (const [metric, kind] of Object.entries({
        nexus_task_create_total: 'counter',
        nexus_task_get_total: 'counter',
        nexus_task_status_total: 'counter',
        nexus_callback_total: 'counter',
        nexus_agent_fail_total: 'counter',
        nexus_retries_total: 'counter',
        nexus_dlq_total: 'counter',
        nexus_queue_publish_fail_total: 'counter',
        nexus_task_duration_seconds: 'histogram',
        nexus_parked_tasks: 'gauge',
      })) {
        expect(scrape.body).toContain(`# TYPE ${metric} ${kind}\n`);
        expect(scrape.body).toMatch(new RegExp(`# HELP ${metric} \\S`));
      }
    });

    test('the document and the page need no key; the page runs nothing', async () => {
      const { base } = await start();
      const document = (await (await fetch(`${base}/openapi.json`)).json()) as { openapi: string; paths: object };
      expect(document.openapi).toBe('3.1.0');
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining(['/health', '/tasks/{task_id}', '/agent/callback', '/files']),
      );
      const page = await fetch(`${base}/docs`);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('script');
      expect(await page.text()).not.toContain('<script');
      expect(await (await fetch(`${base}/docs?lang=ko`)).text()).toContain('작업 만들기');
    });

    test('a route without a key is 401, with a key that has no right 403, unknown 404, another method 405', async () => {
      const { base } = await start();
      expect((await problemOf(await send(base, '/tasks', { headers: { 'x-api-key': '' } }))).error.code).toBe(
        'UNAUTHORIZED',
      );
      expect(
        (await problemOf(await send(base, '/tasks', { headers: { 'x-api-key': testKeys.agent } }))).error.code,
      ).toBe('FORBIDDEN');
      expect((await problemOf(await send(base, '/nothing'))).error.code).toBe('NOT_FOUND');
      const wrong = await send(base, '/agent/callback');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
      await problemOf(wrong);
    });
  });
}
