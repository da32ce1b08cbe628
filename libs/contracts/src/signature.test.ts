import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  keyBytes,
  signatureHeaders,
  signBodyOnly,
  signStandardWebhook,
  signTimestampNonce,
  verifySignature,
  type SignaturePolicy,
} from './signature.ts';

const body = Buffer.from('{"task_id":"t","status":"running"}');
const now = 1700000000;
const policy: SignaturePolicy = {
  maxSkewSeconds: 300,
  replayProtection: true,
  allowBodyOnly: false,
  keyIdHeader: 'x-key-id',
};
const keys = [{ secret: 's' }];

function standard(secret: string, id = 'msg-12345', timestamp: number | string = now) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signStandardWebhook(secret, { id, timestamp, body }),
  };
}

function signed(secret = 's', nonce = 'nonce-12345', timestamp: number | string = now) {
  return signatureHeaders({ timestamp: timestamp, nonce, body }, { secret });
}

describe('the vectors of the contract', () => {
  test('the body is the one of the vectors', () => {
    expect(body.length).toBe(34);
  });
  test('body only', () => {
    expect(signBodyOnly('s', body)).toBe('6a5a8f12a0ef666be62763113514dd32f3812ce7dc9a27e1fd6b5c0e3755d51e');
  });
  test('timestamp and nonce', () => {
    expect(signTimestampNonce('s', { timestamp: now, nonce: 'nonce-12345', body })).toBe(
      '6096b0de825c975534dbe9980c5304eb13297cb2ecf5f911ed5add23f1c12f52',
    );
  });
  test('Standard Webhooks', () => {
    expect(standard('s')['webhook-signature']).toBe('v1,CntzuFcsKr4yqiP7y1uyrQQD/QbZWr7hcBHCSBML2VY=');
    expect(standard('whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3')['webhook-signature']).toBe(
      'v1,jLaq9lE4bsbCCCHZesrXc5axUX1jgIg0gW88Ucjn088=',
    );
  });
  test('a whsec_ secret is base64, any other is its UTF-8 bytes', () => {
    expect(keyBytes('whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3').toString()).toBe('0123456789abcdef01234567');
    expect(keyBytes('비밀').toString('utf8')).toBe('비밀');
  });
});

describe('verify', () => {
  test('accepts both schemes and names the one-time value and the key', () => {
    expect(verifySignature({ headers: signed(), body, keys }, policy, now)).toEqual({
      ok: true,
      scheme: 'timestamp-nonce',
      keyId: 'default',
      oneTimeValue: 'nonce-12345',
    });
    expect(verifySignature({ headers: standard('s'), body, keys: [{ id: 'k1', secret: 's' }] }, policy, now)).toEqual({
      ok: true,
      scheme: 'standard-webhooks',
      keyId: 'k1',
      oneTimeValue: 'msg-12345',
    });
  });

  test.each([
    ['unsigned', {}, 'BAD_SIGNATURE'],
    ['signature without timestamp', { 'x-signature': signBodyOnly('s', body) }, 'BAD_TIMESTAMP'],
    ['timestamp that is no integer', { ...signed(), 'x-timestamp': '1.7e9' }, 'BAD_TIMESTAMP'],
    ['timestamp too old', signed('s', 'nonce-12345', now - 301), 'BAD_TIMESTAMP'],
    ['timestamp too far ahead', signed('s', 'nonce-12345', now + 301), 'BAD_TIMESTAMP'],
    ['a short nonce', signed('s', 'short-1'), 'BAD_NONCE'],
    ['a long nonce', signed('s', 'n'.repeat(129)), 'BAD_NONCE'],
    ['a nonce with a blank', signed('s', 'nonce 12345'), 'BAD_NONCE'],
    ['no nonce', { 'x-timestamp': String(now), 'x-signature': 'aa' }, 'BAD_NONCE'],
    ['no signature', { 'x-timestamp': String(now), 'x-nonce': 'nonce-12345' }, 'BAD_SIGNATURE'],
    ['another secret', signed('other'), 'BAD_SIGNATURE'],
    ['upper-case hex', { ...signed(), 'x-signature': String(signed()['x-signature']).toUpperCase() }, 'BAD_SIGNATURE'],
    ['a timestamp that was not signed', { ...signed(), 'x-timestamp': String(now + 1) }, 'BAD_SIGNATURE'],
    ['a nonce that was not signed', { ...signed(), 'x-nonce': 'nonce-54321' }, 'BAD_SIGNATURE'],
    [
      'a body-only signature with fresh headers',
      { ...signed(), 'x-signature': signBodyOnly('s', body) },
      'BAD_SIGNATURE',
    ],
    ['Standard Webhooks with a dot in the id', standard('s', 'msg.1'), 'BAD_NONCE'],
    ['Standard Webhooks out of time', standard('s', 'msg-12345', now - 999), 'BAD_TIMESTAMP'],
    ['Standard Webhooks with another secret', standard('x'), 'BAD_SIGNATURE'],
    ['Standard Webhooks of an unknown version', { ...standard('s'), 'webhook-signature': 'v2,AAAA' }, 'BAD_SIGNATURE'],
  ])('refuses %s', (_what, headers, code) => {
    expect(verifySignature({ headers, body, keys }, policy, now)).toMatchObject({ ok: false, code });
  });

  test('refuses other bytes than those signed', () => {
    const spaced = Buffer.from('{"task_id": "t","status":"running"}');
    expect(verifySignature({ headers: signed(), body: spaced, keys }, policy, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
  });

  test('the skew is inclusive, and zero is zero', () => {
    expect(verifySignature({ headers: signed('s', 'nonce-12345', now - 300), body, keys }, policy, now).ok).toBe(true);
    const exact = { ...policy, maxSkewSeconds: 0 };
    expect(verifySignature({ headers: signed(), body, keys }, exact, now).ok).toBe(true);
    expect(verifySignature({ headers: signed(), body, keys }, exact, now + 1)).toMatchObject({ code: 'BAD_TIMESTAMP' });
  });

  test('any of several signatures and any active key fits', () => {
    const headers = { ...standard('s'), 'webhook-signature': `v1,AAAA ${standard('s')['webhook-signature']}` };
    const rotated = [
      { id: 'new', secret: 'n' },
      { id: 'old', secret: 's' },
    ];
    expect(verifySignature({ headers, body, keys: rotated }, policy, now)).toMatchObject({ ok: true, keyId: 'old' });
  });

  test('with a key id only that key is tried', () => {
    const two = [
      { id: 'a', secret: 's' },
      { id: 'b', secret: 't' },
    ];
    const named = (id: string) => ({ ...signed(), 'x-key-id': id });
    expect(verifySignature({ headers: named('a'), body, keys: two }, policy, now)).toMatchObject({
      ok: true,
      keyId: 'a',
    });
    expect(verifySignature({ headers: named('b'), body, keys: two }, policy, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
    expect(verifySignature({ headers: named('?'), body, keys: two }, policy, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
  });

  test('without replay protection only the signature counts', () => {
    const loose = { ...policy, replayProtection: false };
    expect(verifySignature({ headers: signed('s', 'x', 5), body, keys }, loose, now).ok).toBe(true);
    expect(verifySignature({ headers: signed('t', 'x', 5), body, keys }, loose, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
  });

  test('the body-only form needs its switch and no freshness headers', () => {
    const headers = { 'x-signature': signBodyOnly('s', body) };
    const legacy = { ...policy, allowBodyOnly: true };
    expect(verifySignature({ headers, body, keys }, legacy, now)).toMatchObject({ ok: true, scheme: 'body-only' });
    expect(verifySignature({ headers: { ...signed(), ...headers }, body, keys }, legacy, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
    expect(verifySignature({ headers: { 'x-signature': 'zz' }, body, keys }, legacy, now)).toMatchObject({
      code: 'BAD_SIGNATURE',
    });
  });

  test('what a sender signs verifies, and no changed byte does', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.uint8Array({ minLength: 1 }), fc.nat(), (secret, bytes, where) => {
        fc.pre(keyBytes(secret).length > 0);
        const headers = signatureHeaders({ timestamp: now, nonce: 'nonce-12345', body: bytes }, { secret });
        expect(verifySignature({ headers, body: bytes, keys: [{ secret }] }, policy, now).ok).toBe(true);
        const changed = Uint8Array.from(bytes);
        changed[where % bytes.length] = (changed[where % bytes.length] ?? 0) ^ 1;
        expect(verifySignature({ headers, body: changed, keys: [{ secret }] }, policy, now).ok).toBe(false);
      }),
    );
  });
});
