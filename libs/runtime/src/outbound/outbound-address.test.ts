import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressKind, isLoopbackHost } from './outbound-address.ts';

test.each([
  ['1.1.1.1', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'private'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'private'],
  ['169.254.169.254', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['198.19.0.1', 'private'],
  ['224.0.0.1', 'private'],
  ['255.255.255.255', 'private'],
  ['::', 'private'],
  ['::ffff:8.8.8.8', 'private'],
  ['64:ff9b::8.8.8.8', 'private'],
  ['fc00::1', 'private'],
  ['fe80::1', 'private'],
  ['ff02::1', 'private'],
  ['2001:db8::1', 'private'],
  ['2002:7f00:1::', 'private'],
  ['not an address', 'private'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

test('no IPv4 address is public inside IPv6', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(addressKind(`::ffff:${address}`)).not.toBe('public');
      expect(addressKind(`::${address}`)).not.toBe('public');
    }),
  );
});

test.each([
  ['localhost', true],
  ['a.localhost', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['localhost.evil.test', false],
  ['10.0.0.1', false],
])('the host %s is this machine: %s', (host, answer) => {
  expect(isLoopbackHost(host)).toBe(answer);
});
