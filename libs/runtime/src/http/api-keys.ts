import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from '@nexus/contracts';
import type { Credential } from './handler.ts';

export type ApiKeys = {
  user: string;
  admin: string;
  /** Empty = no key of its own: the user key has the agent's rights. */
  agent: string;
  /** Keys that are accepted from this machine only: the published defaults. */
  loopbackOnly: readonly string[];
};

export type AuthorizeResult =
  { ok: true; credential: Credential } | { ok: false; problem: 'UNAUTHORIZED' | 'FORBIDDEN'; message: string };

/** Decides whether the sender of these headers may use a route. */
export type Authorize = (request: {
  headers: IncomingHttpHeaders;
  peer: string;
  access: Exclude<Access, 'none'>;
}) => AuthorizeResult;

type KnownKey = { kind: Credential['kind']; digest: Buffer; loopbackOnly: boolean; credential: Credential };

const unauthorized: AuthorizeResult = {
  ok: false,
  problem: 'UNAUTHORIZED',
  message: 'no valid key was sent; send X-API-Key (X-Admin-Key on operators’ routes) or Authorization: Bearer',
};
const forbidden: AuthorizeResult = { ok: false, problem: 'FORBIDDEN', message: 'this key has no right to this route' };

/**
 * Checks keys as the contract says: each header admits its kinds of key, the one a route reads first decides, Bearer is
 * read only when neither is sent. Digests are compared in constant time, all of them.
 */
export function createAuthorize(keys: ApiKeys): Authorize {
  const known = [
    ...knownKey('admin', keys.admin, keys.loopbackOnly),
    ...knownKey('agent', keys.agent, keys.loopbackOnly),
    ...knownKey('user', keys.user, keys.loopbackOnly),
  ];
  const agentKinds: Credential['kind'][] = keys.agent === '' ? ['user', 'agent'] : ['agent'];
  const admitted: Record<Exclude<Access, 'none'>, Credential['kind'][]> = {
    user: ['user', 'admin'],
    agent: agentKinds,
    userOrAgent: ['user', 'agent', 'admin'],
    admin: ['admin'],
  };
  return ({ headers, peer, access }) => {
    const sent = sentKey(headers, access);
    if (sent === undefined) return unauthorized;
    const digest = digestOf(sent.key);
    const matching = known.filter((key) => timingSafeEqual(key.digest, digest) && sent.kinds.includes(key.kind));
    const usable = matching.filter((key) => !key.loopbackOnly || isLoopback(peer));
    if (usable.length === 0) return matching.length === 0 ? unauthorized : defaultFromAfar;
    const fitting = usable.find((key) => admitted[access].includes(key.kind));
    return fitting === undefined ? forbidden : { ok: true, credential: fitting.credential };
  };
}

const defaultFromAfar: AuthorizeResult = {
  ok: false,
  problem: 'UNAUTHORIZED',
  message: 'this is a default key: it works on the machine of the supervisor only; set NEXUS_API_KEY and ADMIN_API_KEY',
};

type Kinds = readonly Credential['kind'][];

/** The key that counts, and the kinds of key its header may carry. */
function sentKey(headers: IncomingHttpHeaders, access: Access): { key: string; kinds: Kinds } | undefined {
  const apiKey = one(headers['x-api-key']);
  const adminKey = one(headers['x-admin-key']);
  const asApi = apiKey === undefined ? undefined : { key: apiKey, kinds: ['user', 'agent'] as Kinds };
  const asAdmin = adminKey === undefined ? undefined : { key: adminKey, kinds: ['admin'] as Kinds };
  const first = access === 'admin' ? (asAdmin ?? asApi) : (asApi ?? asAdmin);
  if (first) return first;
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  return bearer === undefined ? undefined : { key: bearer, kinds: ['admin', 'agent', 'user'] };
}

function one(value: string | string[] | undefined): string | undefined {
  const single = Array.isArray(value) ? value[0] : value;
  return single === undefined || single === '' ? undefined : single;
}

function knownKey(kind: Credential['kind'], key: string, loopbackOnly: readonly string[]): KnownKey[] {
  if (key === '') return [];
  const digest = digestOf(key);
  const credential = { kind, fingerprint: digest.toString('hex').slice(0, 16) };
  return [{ kind, digest, loopbackOnly: loopbackOnly.includes(key), credential }];
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

/** True for an address of this machine: 127.0.0.0/8, ::1, and IPv4 inside IPv6. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(address);
}
