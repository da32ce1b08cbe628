import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { verifySignature } from '@nexus/contracts';
import { freePort } from '@nexus/local-redis';
import fc from 'fast-check';
import type { Alert } from './alert.ts';
import { alertBody, createWebhookChannel, type WebhookChannelOptions } from './alert-delivery.ts';
import { startWebhookReceiver, type WebhookReceiver } from './testing/webhook-receiver.ts';

let receiver: WebhookReceiver;
let other: WebhookReceiver;
beforeAll(async () => {
  [receiver, other] = await Promise.all([startWebhookReceiver(), startWebhookReceiver()]);
});
afterEach(() => {
  receiver.received.length = 0;
  other.received.length = 0;
});
afterAll(() => Promise.all([receiver.stop(), other.stop()]));

const NOW = Date.UTC(2026, 10, 22, 12);

type Over = Partial<Omit<WebhookChannelOptions, 'urls'>> & { urls?: Partial<WebhookChannelOptions['urls']> };

function channel({ urls, ...over }: Over = {}) {
  return createWebhookChannel({
    urls: { base: receiver.url('/base'), alarm: '', hold: '', ...urls },
    signingSecret: '',
    allowPrivate: true,
    allowLoopbackHttp: true,
    now: () => NOW,
    newId: () => 'new-id',
    ...over,
  });
}

function alert(over: Partial<Alert> = {}): Alert {
  return { event: 'dlq_alarm', payload: { failure_code: 'X' }, sentence: 'A task failed.', ...over };
}

describe('the address', () => {
  test.each([
    ['dlq_alarm', '/alarm'],
    ['alarm', '/alarm'],
    ['hold', '/hold'],
    ['dlq_hold', '/hold'],
    ['test', '/base'],
    ['constructor', '/base'],
  ])('of %s is %s', async (event, path) => {
    const send = channel({ urls: { alarm: receiver.url('/alarm'), hold: receiver.url('/hold') } });
    expect(await send(alert({ event }))).toEqual({ ok: true, status_code: 200, error: null });
    expect(receiver.received.map((each) => each.path)).toEqual([path]);
  });

  test('is the base one where an event’s own is not set', async () => {
    await channel()(alert());
    expect(receiver.received[0]?.path).toBe('/base');
  });

  test('not set is an answer', async () => {
    const send = channel({ urls: { base: '', hold: receiver.url('/hold') } });
    expect(await send(alert())).toEqual({ ok: false, status_code: null, error: 'not set' });
    expect(receiver.received).toEqual([]);
  });
});

describe('the body', () => {
  test('is JSON for programs and for chats', async () => {
    await channel()(alert());
    const [request] = receiver.received;
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.body).toEqual({
      event: 'dlq_alarm',
      payload: { failure_code: 'X' },
      text: 'A task failed.',
      content: 'A task failed.',
    });
  });

  test('is masked', async () => {
    const secret = `sk-${'a1'.repeat(20)}`;
    const phone = '010-1234-5678';
    const sentence = `of ${phone} with ${secret}`;
    await channel()(alert({ payload: { note: sentence, password: 'geheim' }, sentence }));
    const written = receiver.received[0]?.raw.toString() ?? '';
    for (const hidden of [secret, phone, 'geheim']) expect(written).not.toContain(hidden);
  });

  test('holds a sentence that no chat takes for more than a text', () => {
    const sentence = '@everyone <!channel> <@U1> <https://evil.test|bank> [bank](https://evil.test)\n\u202etxt';
    const { text, content } = JSON.parse(alertBody(alert({ sentence }))) as { text: string; content: string };
    expect(text).toBe(content);
    expect(text).not.toMatch(/@everyone|[<>\n\u202e]|\]\(/);
    expect(text).toContain('everyone');
  });

  test.each([
    ['a'.repeat(2000), 'a'.repeat(2000)],
    ['a'.repeat(2001), `${'a'.repeat(1999)}…`],
    [`${'a'.repeat(1998)}😀b`, `${'a'.repeat(1998)}…`],
  ])('holds a sentence of 2000 characters whole and cuts a longer one', (sentence, text) => {
    expect(JSON.parse(alertBody(alert({ sentence })))).toMatchObject({ text, content: text });
  });

  test('holds a sentence of at most 2000 characters, cut between characters, and stays well-formed', () => {
    const pieces = fc.constantFrom('😀', 'a', '@', '<', '가', '@everyone', '\u0000', '👩‍👩‍👧');
    const long = fc.array(pieces, { maxLength: 3000 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(long, (sentence) => {
        const { text } = JSON.parse(alertBody(alert({ sentence }))) as { text: string };
        expect(text.length).toBeLessThanOrEqual(2000);
        expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|@everyone|[<>]/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the signature', () => {
  const policy = { maxSkewSeconds: 300, replayProtection: true, allowBodyOnly: false, keyIdHeader: 'x-key-id' };
  const verify = (secret: string) => {
    const [request] = receiver.received;
    if (request === undefined) throw new Error('nothing arrived');
    return verifySignature({ headers: request.headers, body: request.raw, keys: [{ secret }] }, policy, NOW / 1000);
  };

  test('is the one callbacks have, over the bytes sent', async () => {
    await channel({ signingSecret: 'whsec_c2VjcmV0' })(alert({ id: 'alert-1-0', payload: { 이름: '한글' } }));
    expect(verify('whsec_c2VjcmV0')).toMatchObject({
      ok: true,
      scheme: 'standard-webhooks',
      oneTimeValue: 'alert-1-0',
    });
    expect(verify('another')).toMatchObject({ ok: false, code: 'BAD_SIGNATURE' });
  });

  test('has an id of its own for an alert without one', async () => {
    await channel({ signingSecret: 's' })(alert());
    expect(verify('s')).toMatchObject({ ok: true, oneTimeValue: 'new-id' });
  });

  test('is absent without a secret', async () => {
    await channel()(alert());
    expect(Object.keys(receiver.received[0]?.headers ?? {})).not.toContain('webhook-signature');
  });
});

describe('what is not a delivery', () => {
  test.each([400, 404, 429, 500])('status %i', async (status) => {
    receiver.answerNext(status);
    const error = `127.0.0.1:${receiver.port} answered ${status}`;
    expect(await channel()(alert())).toEqual({ ok: false, status_code: status, error });
  });

  test.each([204, 202])('but %i is one', async (status) => {
    receiver.answerNext(status);
    expect(await channel()(alert())).toEqual({ ok: true, status_code: status, error: null });
  });

  test.each([301, 302, 307, 308])('a redirect (%i), which is not followed', async (status) => {
    receiver.answerNext((response) => response.writeHead(status, { location: other.url('/taken') }).end());
    expect(await channel()(alert())).toMatchObject({ ok: false, status_code: status });
    expect(other.received).toEqual([]);
  });

  test('nobody there', async () => {
    const base = `http://127.0.0.1:${await freePort()}/secret-path?token=geheim`;
    const result = await channel({ urls: { base } })(alert());
    expect(result).toMatchObject({ ok: false, status_code: null });
    expect(result.error).toContain('ECONNREFUSED');
    expect(result.error).not.toMatch(/secret-path|geheim/);
  });

  test('no answer in time', async () => {
    receiver.answerNext(() => undefined);
    const result = await channel({ timeoutMs: 100 })(alert());
    expect(result).toMatchObject({ ok: false, status_code: null });
    expect(result.error).toContain('did not answer within 0.1 s');
  });

  test('a name server that does not answer in time', async () => {
    const send = channel({
      urls: { base: 'https://slow.test/x' },
      timeoutMs: 50,
      resolve: () => new Promise(() => {}),
    });
    expect((await send(alert())).error).toContain('did not answer');
  });

  test('a connection that breaks', async () => {
    receiver.answerNext((response) => response.destroy());
    expect((await channel()(alert())).error).toContain('ECONNRESET');
  });
});

test.each([
  ['never ends', () => undefined],
  ['is endless', (write: () => void) => void setInterval(write, 1).unref()],
])('an answer whose body %s is a delivery all the same', async (_what, goOn) => {
  receiver.answerNext((response) => {
    response.writeHead(200).write('begun');
    goOn(() => response.write('x'.repeat(1000)));
  });
  expect(await channel({ timeoutMs: 300 })(alert())).toEqual({ ok: true, status_code: 200, error: null });
});

describe('private addresses', () => {
  const resolveTo =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  test.each([
    ['this machine by number', () => receiver.url('/x'), undefined],
    ['this machine by name', () => `http://localhost:${receiver.port}/x`, undefined],
    ['a name that leads to this machine', () => `https://inside.test:${receiver.port}/x`, resolveTo('127.0.0.1')],
    ['a name that leads inside', () => 'https://inside.test/x', resolveTo('10.0.0.1')],
    ['one bad address among good ones', () => 'https://inside.test/x', resolveTo('1.1.1.1', '169.254.169.254')],
    ['IPv4 inside IPv6', () => 'https://[::ffff:10.0.0.1]/x', undefined],
    ['another spelling of a number', () => 'https://0x7f000001/x', undefined],
  ])('are refused when not allowed: %s', async (_what, url, resolve) => {
    const send = channel({ urls: { base: url() }, allowPrivate: false, ...(resolve ? { resolve } : {}) });
    const result = await send(alert());
    expect(result).toMatchObject({ ok: false, status_code: null });
    expect(result.error).toContain('OUTBOUND_ALLOW_PRIVATE');
    expect(receiver.received).toEqual([]);
  });

  test('a name is looked up once and the address that was checked is the one asked', async () => {
    const answers = [['127.0.0.1'], ['192.0.2.1']];
    const resolve = async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 }));
    const send = channel({ urls: { base: `http://rebinding.test:${receiver.port}/x` }, resolve });
    expect(await send(alert())).toMatchObject({ ok: true });
    expect(answers).toHaveLength(1);
    expect(receiver.received[0]?.headers.host).toBe(`rebinding.test:${receiver.port}`);
  });
});

describe('http', () => {
  test('is for this machine only', async () => {
    const resolve = async () => [{ address: '192.0.2.1', family: 4 }];
    const result = await channel({ urls: { base: 'http://outside.test/x' }, resolve })(alert());
    expect(result.error).toContain('needs https');
  });

  test('is for nobody in production', async () => {
    expect((await channel({ allowLoopbackHttp: false })(alert())).error).toContain('needs https');
    expect(receiver.received).toEqual([]);
  });
});
