import type { FailureCause } from './failure.ts';

/** How far a chain of causes is followed. */
export const DEEPEST_CAUSE = 8;

/** A member of anything; undefined when there is none or when looking at it throws. */
export function read(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined;
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** A member that is a text and not empty. */
export function readText(value: unknown, name: string): string | undefined {
  const found = read(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** What errors of all kinds may be told apart by. */
export type Signs = { name: string | undefined; code: string | undefined; message: string | undefined };

/** The name, code and message of anything; none of them throws. */
export function signsOf(thrown: unknown): Signs {
  return { name: readText(thrown, 'name'), code: readText(thrown, 'code'), message: readText(thrown, 'message') };
}

/** Errors wrap each other: `fetch failed` says nothing, its cause does; an AggregateError speaks through its first. */
export function innerOf(thrown: unknown): unknown {
  const cause = read(thrown, 'cause');
  if (cause !== undefined && cause !== null) return cause;
  const errors = read(thrown, 'errors');
  return Array.isArray(errors) ? errors[0] : undefined;
}

/** A sentence for anything thrown; never empty. */
export function describeThrown(thrown: unknown): string {
  const message = readText(thrown, 'message');
  if (message !== undefined) return message;
  const inner = readText(innerOf(thrown), 'message');
  if (inner !== undefined) return inner;
  if (typeof thrown === 'string') return thrown === '' ? 'Something threw an empty text' : thrown;
  if (thrown === null || typeof thrown !== 'object')
    return `Something threw ${thrown === null ? 'null' : typeof thrown}`;
  const name = readText(thrown, 'name');
  return name === undefined ? 'Something threw a value without a message' : `${name} without a message`;
}

/** The chain of causes below a thrown value, as data. */
export function causeOf(thrown: unknown): FailureCause | undefined {
  const chain: FailureCause[] = [];
  let current = innerOf(thrown);
  while (current !== undefined && current !== null && chain.length < DEEPEST_CAUSE) {
    const { name, code } = signsOf(current);
    chain.push({
      ...(name === undefined ? {} : { name }),
      message: describeThrown(current).slice(0, 1000),
      ...(code === undefined ? {} : { code }),
    });
    current = innerOf(current);
  }
  return chain.reduceRight<FailureCause | undefined>(
    (inner, link) => (inner === undefined ? link : { ...link, cause: inner }),
    undefined,
  );
}
