import type { ProblemReply } from '@nexus/contracts';

const MARKER = 'nexus_refusal';

/** An error that ends the request with this problem, for places from which a reply cannot be returned. */
export function refusal(reply: ProblemReply): Error {
  return Object.assign(new Error(reply.message), { [MARKER]: reply });
}

/** The problem a thrown refusal carries, recognised by its marker. */
export function refusalOf(thrown: unknown): ProblemReply | undefined {
  if (typeof thrown !== 'object' || thrown === null || !(MARKER in thrown)) return undefined;
  return thrown[MARKER] as ProblemReply;
}
