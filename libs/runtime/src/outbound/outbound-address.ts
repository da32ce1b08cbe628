import { BlockList, isIP, isIPv6 } from 'node:net';

/** Where an IP address leads: into the internet, to this machine, or to anywhere else that is nobody's business outside. */
export type AddressKind = 'public' | 'loopback' | 'private';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** IANA's registry of special-purpose IPv4 addresses, multicast and reserved ones included. */
const special = new BlockList();
const specialIPv4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
for (const [network, prefix] of specialIPv4) special.addSubnet(network, prefix);

/** Of IPv6 only global unicast is public, less what carries an IPv4 address (Teredo, 6to4) or is for documentation. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
special.addSubnet('2001::', 23, 'ipv6');
special.addSubnet('2001:db8::', 32, 'ipv6');
special.addSubnet('2002::', 16, 'ipv6');
special.addSubnet('3fff::', 20, 'ipv6');

/** What kind an IP address is; everything that is not surely public, IPv4 inside IPv6 too, is private. */
export function addressKind(address: string): AddressKind {
  if (isIP(address) === 0) return 'private';
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return 'loopback';
  if (special.check(address, family)) return 'private';
  return family === 'ipv4' || globalUnicast.check(address, family) ? 'public' : 'private';
}

/** True for a URL's host that names this machine by itself, without asking a name server. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare.endsWith('.localhost') || addressKind(bare) === 'loopback';
}
