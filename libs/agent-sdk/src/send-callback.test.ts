import { expect, test } from '@jest/globals';
import { type Client, type ClientFailure, verifySignature } from '@nexus/contracts';
import { createSendCallback } from './send-callback.ts';

type Sent = { rawBody: string; extraHeaders: Record<string, string> };

function recorder(answer: { ok: true } | ClientFailure = { ok: true }): { client: Client; sent: Sent[] } {
  const sent: Sent[] = [];
  const client = {
    agentCallback: (call: Sent) => {
      sent.push(call);
      return Promise.resolve(answer);
    },
  } as unknown as Client;
  return { client, sent };
}

const policy = { maxSkewSeconds: 300, replayProtection: true, allowBodyOnly: false, keyIdHeader: 'x-key-id' };
const report = { task_id: 'a', status: 'succeeded' } as const;

test('every try signs the very bytes it sends, afresh, and passes default verification', async () => {
  const { client, sent } = recorder();
  const send = createSendCallback(client, { secret: 's', keyIdHeader: 'x-key-id' }, () => 1_700_000_000_000);
  await send(report);
  await send(report);
  const verdicts = sent.map(({ rawBody, extraHeaders }) =>
    verifySignature(
      { headers: extraHeaders, body: Buffer.from(rawBody), keys: [{ secret: 's' }] },
      policy,
      1_700_000_000,
    ),
  );
  expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, true]);
  expect(new Set(sent.map(({ extraHeaders }) => extraHeaders['x-nonce'])).size).toBe(2);
});

test('of a key list the lasting key signs and is named; a retired one never does', async () => {
  const keysJson = JSON.stringify([
    { id: 'retiring', secret: 'r', deactivate_at: 1_700_000_500 },
    { id: 'off', secret: 'o', active: false },
    { id: 'lasting', secret: 'l' },
  ]);
  const { client, sent } = recorder();
  await createSendCallback(client, { keysJson, keyIdHeader: 'x-key-id' }, () => 1_700_000_000_000)(report);
  expect(sent[0]?.extraHeaders['x-key-id']).toBe('lasting');
});

test('without a secret nothing is signed; a failure comes back as data', async () => {
  const failed: ClientFailure = { ok: false, code: 'NETWORK_ERROR', status: 0, message: 'down' };
  const { client, sent } = recorder(failed);
  expect(await createSendCallback(client, { keyIdHeader: 'x-key-id' }, Date.now)(report)).toEqual(failed);
  expect(sent[0]?.extraHeaders).toEqual({});
});
