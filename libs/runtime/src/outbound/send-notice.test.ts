import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { sendNotice, slackBody, teamsBody, type NoticeSettings } from './send-notice.ts';

let server: Server;
let base: string;
const received: { path: string; body: unknown }[] = [];
const status: Record<string, number> = {};

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      received.push({ path, body: JSON.parse(body) });
      response.writeHead(status[path] ?? 200, { location: 'http://127.0.0.1:1/elsewhere' }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received.length = 0;
  for (const path of Object.keys(status)) delete status[path];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const notice = { title: 'NEXUS anomaly', lines: ['cost: 2.50 USD in 15 min', '429 burst: 25 in 15 min'] };
const policy = { allowPrivate: true, allowLoopbackHttp: true };
const paths = () => received.map(({ path }) => path);
const send = (over: Partial<NoticeSettings> = {}, outbound = policy) =>
  sendNotice(notice, { slackUrl: `${base}/slack`, teamsUrl: `${base}/teams`, prefer: 'slack', ...over }, outbound);

describe('channels', () => {
  test.each([
    ['slack', ['/slack']],
    ['teams', ['/teams']],
    ['both', ['/slack', '/teams']],
  ] as const)('%s', async (prefer, expected) => {
    const result = await send({ prefer });
    expect(paths()).toEqual(expected);
    expect(result).toEqual({ delivered: expected.map((path) => path.slice(1)), failed: [] });
  });

  test('a missing one is replaced by the other', async () => {
    expect((await send({ slackUrl: '' })).delivered).toEqual(['teams']);
    expect((await send({ teamsUrl: '', prefer: 'teams' })).delivered).toEqual(['slack']);
  });

  test('a failing one falls over to the other, and is said', async () => {
    status['/slack'] = 500;
    const result = await send();
    expect(result.delivered).toEqual(['teams']);
    expect(result.failed).toEqual([{ channel: 'slack', error: expect.stringContaining('answered 500') }]);
  });

  test('with both, one that works is enough', async () => {
    status['/teams'] = 404;
    expect(await send({ prefer: 'both' })).toMatchObject({ delivered: ['slack'], failed: [{ channel: 'teams' }] });
  });

  test('none set is neither delivered nor failed', async () => {
    expect(await send({ slackUrl: '', teamsUrl: '' })).toEqual({ delivered: [], failed: [] });
  });

  test('redirects are not followed, and errors hold no address', async () => {
    status['/secret-slack'] = 302;
    const result = await send({ slackUrl: `${base}/secret-slack`, teamsUrl: 'http://127.0.0.1:1/secret-teams' });
    expect(paths()).toEqual(['/secret-slack']);
    expect(result.delivered).toEqual([]);
    expect(result.failed.map(({ error }) => error).join(' ')).toMatch(/redirects are not followed.*ECONNREFUSED/);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test('private addresses are refused where they may not be asked', async () => {
    const result = await send({ teamsUrl: '' }, { allowPrivate: false, allowLoopbackHttp: true });
    expect([paths(), result.delivered]).toEqual([[], []]);
    expect(result.failed[0]?.error).toContain('private address');
  });
});

describe('bodies', () => {
  test('of Slack and of Teams', () => {
    expect(slackBody(notice)).toEqual({
      text: 'NEXUS anomaly\n• cost: 2.50 USD in 15 min\n• 429 burst: 25 in 15 min',
    });
    expect(teamsBody(notice)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            type: 'AdaptiveCard',
            version: '1.5',
            body: [{ text: 'NEXUS anomaly' }, { text: 'cost: 2.50 USD in 15 min' }, {}],
          },
        },
      ],
    });
  });

  test('text of users is shown and does nothing', () => {
    const evil = {
      title: 'NEXUS anomaly',
      lines: ['<!channel> @here <http://evil|bank> &lt;!here&gt; [x](http://evil) *b*'],
    };
    const slack = slackBody(evil).text;
    expect(slack).not.toMatch(/[<>]|@here|&lt;/);
    const teams = JSON.stringify(teamsBody(evil));
    expect(teams).not.toMatch(/[^\\]\[x|\]\(http/);
    expect(slackBody({ title: 't', lines: ['kim@example.com 010-1234-5678'] }).text).not.toMatch(/kim@|1234/);
  });

  test('are cut to what the channels take', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 }), { maxLength: 60 }), (lines) => {
        expect(slackBody({ title: 't', lines }).text.length).toBeLessThanOrEqual(3500);
        expect(Buffer.byteLength(JSON.stringify(teamsBody({ title: 't', lines })))).toBeLessThanOrEqual(21_000);
      }),
      { numRuns: 30 },
    );
    const long = { title: 't', lines: Array.from({ length: 40 }, () => '한'.repeat(2000)) };
    expect(Buffer.byteLength(JSON.stringify(teamsBody(long)))).toBeLessThanOrEqual(21_000);
    expect(slackBody(long).text.endsWith('…')).toBe(true);
  });
});
