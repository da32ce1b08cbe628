import { describe, expect, test } from '@jest/globals';
import { createAuthorize, isLoopback, type AuthorizeResult } from './api-keys.ts';

const separate = createAuthorize({ user: 'u-key', admin: 'a-key', agent: 'w-key', loopbackOnly: [] });
const shared = createAuthorize({ user: 'u-key', admin: 'a-key', agent: '', loopbackOnly: [] });
const afar = '203.0.113.7';

function verdict(result: AuthorizeResult): string {
  return result.ok ? result.credential.kind : result.problem;
}

describe('which key opens which route', () => {
  test.each([
    ['user', { 'x-api-key': 'u-key' }, 'user'],
    ['user', { 'x-admin-key': 'a-key' }, 'admin'],
    ['user', { authorization: 'Bearer a-key' }, 'admin'],
    ['user', { authorization: 'bearer u-key' }, 'user'],
    ['user', { 'x-api-key': 'w-key' }, 'FORBIDDEN'],
    ['agent', { 'x-api-key': 'w-key' }, 'agent'],
    ['agent', { authorization: 'Bearer w-key' }, 'agent'],
    ['agent', { 'x-api-key': 'u-key' }, 'FORBIDDEN'],
    ['agent', { 'x-admin-key': 'a-key' }, 'FORBIDDEN'],
    ['userOrAgent', { 'x-api-key': 'w-key' }, 'agent'],
    ['userOrAgent', { 'x-api-key': 'u-key' }, 'user'],
    ['admin', { 'x-admin-key': 'a-key' }, 'admin'],
    ['admin', { 'x-api-key': 'u-key' }, 'FORBIDDEN'],
    ['admin', { authorization: 'Bearer u-key' }, 'FORBIDDEN'],
    ['user', {}, 'UNAUTHORIZED'],
    ['user', { 'x-api-key': '' }, 'UNAUTHORIZED'],
    ['user', { 'x-api-key': 'u-key2' }, 'UNAUTHORIZED'],
    ['user', { 'x-api-key': 'a-key' }, 'UNAUTHORIZED'],
    ['admin', { 'x-admin-key': 'u-key' }, 'UNAUTHORIZED'],
    ['user', { authorization: 'Basic u-key' }, 'UNAUTHORIZED'],
  ] as const)('%s with %j is %s', (access, headers, expected) => {
    expect(verdict(separate({ headers, peer: afar, access }))).toBe(expected);
  });

  test('without an agent key the user key reports for agents', () => {
    expect(verdict(shared({ headers: { 'x-api-key': 'u-key' }, peer: afar, access: 'agent' }))).toBe('user');
    expect(verdict(shared({ headers: { 'x-api-key': '' }, peer: afar, access: 'agent' }))).toBe('UNAUTHORIZED');
  });

  test('the header a route reads first decides; Bearer is read only when neither is there', () => {
    const both = { 'x-api-key': 'u-key', 'x-admin-key': 'a-key', authorization: 'Bearer nonsense' };
    expect(verdict(separate({ headers: both, peer: afar, access: 'user' }))).toBe('user');
    expect(verdict(separate({ headers: both, peer: afar, access: 'admin' }))).toBe('admin');
    const wrong = { 'x-api-key': 'nonsense', authorization: 'Bearer u-key' };
    expect(verdict(separate({ headers: wrong, peer: afar, access: 'user' }))).toBe('UNAUTHORIZED');
  });

  test('the credential carries a fingerprint, never the key', () => {
    const result = separate({ headers: { 'x-api-key': 'u-key' }, peer: afar, access: 'user' });
    expect(result).toEqual({
      ok: true,
      credential: { kind: 'user', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
  });
});

describe('default keys', () => {
  const defaults = createAuthorize({
    user: 'dev-key',
    admin: 'own',
    agent: '',
    loopbackOnly: ['dev-key', 'admin-key'],
  });
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('work from %s', (peer) => {
    expect(verdict(defaults({ headers: { 'x-api-key': 'dev-key' }, peer, access: 'user' }))).toBe('user');
  });
  test.each(['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '', '127.evil'])('do not work from %j', (peer) => {
    expect(
      verdict(defaults({ headers: { 'x-api-key': 'dev-key', 'x-forwarded-for': '127.0.0.1' }, peer, access: 'user' })),
    ).toBe('UNAUTHORIZED');
  });
  test('a key of one’s own works from everywhere', () => {
    expect(verdict(defaults({ headers: { 'x-admin-key': 'own' }, peer: afar, access: 'admin' }))).toBe('admin');
  });
  test('loopback is an address, not a text that starts like one', () => {
    expect(isLoopback('127.0.0.1.example.com')).toBe(false);
  });
});
