import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { readiness, startHealthServer } from './health-server.ts';
import type { HealthCheck, HealthServer } from './health-server.ts';
import { silentLogger } from './logger.ts';
import { defineMetric, registerMetrics } from './metrics.ts';

const servers: HealthServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const metrics = registerMetrics({
  up: defineMetric({ kind: 'counter', name: 'nexus_up_total', help: 'Up', labels: {} }),
});

async function start(checks: Record<string, HealthCheck> = {}, expose = metrics.expose): Promise<string> {
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    checks,
    metrics: { expose, contentType: metrics.contentType },
    logger: silentLogger,
  });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

async function ask(address: string, init?: RequestInit) {
  const response = await fetch(address, init);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    body: await response.text(),
  };
}

describe('the health server', () => {
  test('is alive while the process runs, whatever its checks say', async () => {
    const base = await start({ redis: async () => ({ ok: false }) });
    expect(await ask(`${base}/health/live`)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  test('is ready when every check is', async () => {
    const base = await start({ redis: async () => ({ ok: true }), queue: async () => ({ ok: true }) });
    const { status, body } = await ask(`${base}/health/ready?x=1`);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { status: 'ok', checks: { redis: { ok: true }, queue: { ok: true } } },
    ]);
  });

  test('is not ready when one is not, and says which and when to ask again', async () => {
    const base = await start({
      redis: async () => ({ ok: false, message: 'Redis does not answer' }),
      queue: () => Promise.reject(new Error('broken')),
      disk: async () => ({ ok: true }),
    });
    const { status, body, headers } = await ask(`${base}/health/ready`);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(JSON.parse(body)).toEqual({
      status: 'degraded',
      checks: {
        redis: { ok: false, message: 'Redis does not answer' },
        queue: { ok: false, message: 'broken' },
        disk: { ok: true },
      },
    });
  });

  test('answers also when a check never does', async () => {
    const { status, checks } = await readiness({ stuck: () => new Promise(() => undefined), throws: () => { throw new Error('at once'); } }); // prettier-ignore
    expect(status).toBe('degraded');
    expect(checks['stuck']?.message).toMatch(/no answer within/);
    expect(checks['throws']).toEqual({ ok: false, message: 'at once' });
  });

  test('shows the metrics', async () => {
    const base = await start();
    const { status, type, body } = await ask(`${base}/metrics`);
    expect([status, type]).toEqual([200, metrics.contentType]);
    expect(body).toContain('# TYPE nexus_up_total counter');
  });

  test('says what is where for anything else, as a problem', async () => {
    const base = await start();
    expect(await ask(`${base}/`)).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' });
    expect(await ask(`${base}/health/live`, { method: 'POST', body: 'x' })).toMatchObject({ status: 405 });
    expect(await ask(`${base}/health/live`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    const broken = await start({}, () => Promise.reject(new Error('no')));
    const { status, body } = await ask(`${broken}/metrics`);
    expect([status, (JSON.parse(body) as { error: { code: string } }).error.code]).toEqual([500, 'INTERNAL_ERROR']);
  });

  test('closes although a client keeps its connection, and says when its port is taken', async () => {
    const base = await start();
    const port = Number(new URL(base).port);
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const again = startHealthServer({ host: '127.0.0.1', port, checks: {}, metrics, logger: silentLogger });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const ended = once(idle, 'close');
    idle.resume();
    await servers.pop()?.close();
    await ended;
  });
});
