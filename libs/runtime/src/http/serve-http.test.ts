import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { events, json, jsonOrStream, route } from '@nexus/contracts';
import { z } from 'zod';
import { silentLogger } from '../logger.ts';
import { createAuthorize } from './api-keys.ts';
import { createHttpApp } from './create-http-app.ts';
import type { Handlers } from './handler.ts';
import { serveHttp, type HttpServer } from './serve-http.ts';

const common = { group: 'tasks', summary: 'a test route', method: 'GET', auth: 'none' } as const;
const routes = {
  whole: route({ ...common, path: '/whole', responses: { 200: json(z.string()), errors: [] } }),
  told: route({ ...common, path: '/told', responses: { 200: jsonOrStream(z.string()), errors: [] } }),
  endless: route({ ...common, path: '/endless', responses: { 200: events('note', z.string()), errors: [] } }),
};

/** Opens when told; asking whether it is open waits for it. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

let server: HttpServer;
afterEach(() => server.close({ drainMs: 0, deadlineMs: 0 }));

async function start(handlers: Partial<Handlers<typeof routes>>): Promise<string> {
  const app = createHttpApp({
    routes,
    handlers: {
      whole: async () => ({ status: 200, body: 'whole' }),
      told: async () => ({ status: 200, body: 'whole' }),
      endless: async () => ({ status: 200, events: [] as never }),
      ...handlers,
    },
    authorize: createAuthorize({ user: 'u', admin: 'a', agent: '', loopbackOnly: [] }),
    logger: silentLogger,
  });
  server = await serveHttp(app, { host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${server.port}`;
}

describe('a server that stops', () => {
  test('lets answers finish that end by themselves, whole or streamed, and ends those that do not', async () => {
    const running = gate();
    const finish = gate();
    const signals: AbortSignal[] = [];
    const base = await start({
      async whole({ signal }) {
        signals.push(signal);
        running.open();
        await finish.opened;
        return { status: 200, body: signal.aborted ? 'stopped' : 'finished' };
      },
      async told({ signal }) {
        signals.push(signal);
        async function* frames() {
          yield { json: 'first' };
          await finish.opened;
          yield { json: signal.aborted ? 'stopped' : 'last' };
        }
        return { status: 200, frames: frames() };
      },
      async endless({ signal }) {
        async function* items() {
          yield { id: '1', data: 'first' };
          await aborted(signal);
        }
        return { status: 200, events: items() };
      },
    });
    const [told, endless] = await Promise.all([fetch(`${base}/told`), fetch(`${base}/endless`)]);
    const whole = fetch(`${base}/whole`);
    await running.opened;
    const closed = server.close({ drainMs: 0, deadlineMs: 20_000 });
    expect(await endless.text()).toContain('first');
    await expect(fetch(`${base}/whole`)).rejects.toThrow();
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
    finish.open();
    expect(await (await whole).json()).toBe('finished');
    expect(await told.text()).toContain('"last"');
    await closed;
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
  });

  test('ends an event stream too that begins while it stops', async () => {
    const running = gate();
    const finish = gate();
    const base = await start({
      async endless(request) {
        running.open();
        await finish.opened;
        async function* items() {
          yield { id: '1', data: 'first' };
          await aborted(request.signal);
        }
        return { status: 200, events: items() };
      },
    });
    const endless = fetch(`${base}/endless`);
    await running.opened;
    const closed = server.close({ drainMs: 0, deadlineMs: 60_000 });
    finish.open();
    expect(await (await endless).text()).toContain('first');
    await closed;
  });

  test('cuts what is left when its time is over, and waits until that is put away', async () => {
    const running = gate();
    let settled = false;
    const base = await start({
      async whole({ signal }) {
        running.open();
        await aborted(signal);
        for (let turn = 0; turn < 5; turn += 1) await nextTurn();
        settled = true;
        return { status: 200, body: 'nobody hears this' };
      },
    });
    const cut = fetch(`${base}/whole`).catch(() => 'cut');
    await running.opened;
    await server.close({ drainMs: 0, deadlineMs: 0 });
    expect(settled).toBe(true);
    expect(await cut).toBe('cut');
  });
});
