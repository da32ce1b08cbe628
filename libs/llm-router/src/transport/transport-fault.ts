/**
 * Why a call got no whole answer: `unreachable` = no connection (refused, unknown host, TLS) · `connect_timeout` = no
 * connection in time · `cut` = the connection broke · `aborted` = the caller's signal · `too_large` = more bytes than any
 * answer has · `unsendable` = the request cannot be written as HTTP.
 */
export type TransportFaultKind = 'unreachable' | 'connect_timeout' | 'cut' | 'aborted' | 'too_large' | 'unsendable';

/** `sent`: the request (or a part of it) left this process, so the other side may have worked and billed. */
export type TransportFault = Error & { transport: TransportFaultKind; sent: boolean };

/** Builds a fault. `reason` is a code such as ECONNRESET, never a message: messages may quote headers. */
export function transportFault(kind: TransportFaultKind, sent: boolean, reason: string): TransportFault {
  return Object.assign(new Error(`${kind} (${reason})`), { transport: kind, sent });
}

export function isTransportFault(value: unknown): value is TransportFault {
  return value instanceof Error && 'transport' in value;
}

/** The code of a system or undici error, or its name. By shape: errors may come from another realm. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}
