import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { isFailure, toFailure } from './to-failure.ts';
import { failure, failureSchema } from './failure.ts';

function named(name: string, message = 'x', extra: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), { name, ...extra });
}

function zodErrorOf(value: unknown): unknown {
  return z.object({ files: z.array(z.string()).min(1), timezone: z.string() }).safeParse(value).error;
}

describe('a failure', () => {
  const thrown = failure('PROVIDER_RATE_LIMIT', 'slow down', {
    detail: { provider: 'gemini' },
    retryAfterSeconds: 0,
    httpStatus: 429,
    cause: new TypeError('inner'),
  });

  test('is an Error with a stack that starts at its maker', () => {
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown.stack).toContain('to-failure.test.ts');
    expect(thrown.stack?.split('\n')[1]).not.toContain('failure.ts');
  });

  test('is recognised as thrown, as data, after JSON and after structuredClone', () => {
    const data = toFailure(thrown);
    expect(isFailure(thrown)).toBe(true);
    expect(isFailure(JSON.parse(JSON.stringify(thrown)))).toBe(true);
    expect(toFailure(JSON.parse(JSON.stringify(data)))).toEqual(data);
    expect(toFailure(structuredClone(data))).toEqual(data);
  });

  test('keeps its members; a wait of zero is a value', () => {
    expect(toFailure(thrown)).toEqual({
      nexus_failure: 1,
      code: 'PROVIDER_RATE_LIMIT',
      message: 'slow down',
      retryable: true,
      detail: { provider: 'gemini' },
      http_status: 429,
      retry_after_s: 0,
      cause: { name: 'TypeError', message: 'inner' },
    });
  });

  test('may overrule the retry verdict of its code', () => {
    expect(toFailure(failure('INTERNAL_ERROR', 'x', { retryable: false })).retryable).toBe(false);
    expect(toFailure(failure('INTERNAL_ERROR', 'x')).retryable).toBe(true);
  });

  test('still decides when another error wraps it', () => {
    const outer = new Error('while reading', {
      cause: failure('PAYLOAD_INVALID', 'not a text file', { detail: { line: 3 } }),
    });
    expect(toFailure(outer)).toMatchObject({
      code: 'PAYLOAD_INVALID',
      retryable: false,
      message: 'while reading',
      detail: { line: 3 },
    });
  });

  test('of a newer version keeps the code it reported', () => {
    const newer = { nexus_failure: 1, code: 'FROM_THE_FUTURE', message: 'x', retryable: false };
    expect(toFailure(newer)).toMatchObject({
      code: 'UNKNOWN',
      retryable: false,
      detail: { reported_code: 'FROM_THE_FUTURE' },
    });
  });

  test('loses a detail that JSON cannot write, never its code', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const data = toFailure(failure('PAYLOAD_INVALID', 'x', { detail: circle }));
    expect(data.code).toBe('PAYLOAD_INVALID');
    expect(data).not.toHaveProperty('detail');
  });
});

describe('what others throw', () => {
  test.each([
    ['an aborted call', new DOMException('This operation was aborted', 'AbortError'), 'CANCELLED'],
    ['AbortSignal.timeout', new DOMException('timed out', 'TimeoutError'), 'PROVIDER_TIMEOUT'],
    [
      'fetch to a closed port',
      new TypeError('fetch failed', { cause: named('Error', 'x', { code: 'ECONNREFUSED' }) }),
      'PROVIDER_UPSTREAM_ERROR',
    ],
    [
      'fetch to two closed addresses',
      new TypeError('fetch failed', { cause: new AggregateError([named('Error', 'x', { code: 'ECONNREFUSED' })]) }),
      'PROVIDER_UPSTREAM_ERROR',
    ],
    ['fetch with no more to say', new TypeError('fetch failed'), 'PROVIDER_UPSTREAM_ERROR'],
    [
      'a name that does not resolve',
      named('Error', 'x', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
      'PROVIDER_UPSTREAM_ERROR',
    ],
    [
      'undici headers timeout',
      new TypeError('fetch failed', { cause: named('HeadersTimeoutError', 'x', { code: 'UND_ERR_HEADERS_TIMEOUT' }) }),
      'PROVIDER_TIMEOUT',
    ],
    [
      'a socket cut in the middle',
      new TypeError('terminated', { cause: named('SocketError', 'other side closed', { code: 'UND_ERR_SOCKET' }) }),
      'PROVIDER_UPSTREAM_ERROR',
    ],
    ['ioredis giving up', named('MaxRetriesPerRequestError'), 'INTERNAL_ERROR'],
    ['ioredis offline', new Error("Stream isn't writeable and enableOfflineQueue options is false"), 'INTERNAL_ERROR'],
    ['ioredis late', new Error('Command timed out'), 'INTERNAL_ERROR'],
    ['a Redis error reply', named('ReplyError', 'OOM command not allowed'), 'INTERNAL_ERROR'],
    ['BullMQ stall', named('UnrecoverableError', 'job stalled more than allowable limit'), 'WORKER_LOST'],
    ['BullMQ started too often', named('UnrecoverableError', 'job started more than allowable limit'), 'WORKER_LOST'],
    [
      'a BullMQ lock taken by another worker',
      new Error('Lock mismatch for job t1. Cmd moveToFinished from active'),
      'WORKER_LOST',
    ],
    ['a full disk', named('Error', 'ENOSPC: no space left', { code: 'ENOSPC', syscall: 'write' }), 'INTERNAL_ERROR'],
    ['a programming error', new TypeError("Cannot read properties of undefined (reading 'x')"), 'INTERNAL_ERROR'],
    ['zod', zodErrorOf({ files: [] }), 'PAYLOAD_INVALID'],
    ['an ordinary error', new Error('no idea'), 'UNKNOWN'],
    ['a text', 'no idea', 'UNKNOWN'],
    ['undefined', undefined, 'UNKNOWN'],
    ['null', null, 'UNKNOWN'],
  ])('%s', (_what, thrown, code) => {
    expect(toFailure(thrown).code).toBe(code);
  });

  test('zod issues become detail and a sentence', () => {
    const data = toFailure(zodErrorOf({ files: [] }));
    expect(data.message).toMatch(/^files: .* \(and 1 more\)$/);
    expect(data.detail?.['issues']).toMatchObject([{ path: 'files' }, { path: 'timezone' }]);
    expect(data.retryable).toBe(false);
  });

  test('the chain of causes is kept as data and is bounded', () => {
    const circle = new Error('a');
    circle.cause = new Error('b', { cause: circle });
    const data = toFailure(circle);
    expect(data.cause).toMatchObject({ message: 'b', cause: { message: 'a' } });
    expect(JSON.stringify(data).length).toBeLessThan(2000);
  });

  test('getters, proxies and symbols that throw are survived', () => {
    const hostile = Object.defineProperties(new Error('x'), {
      message: { get: () => { throw new Error('no'); } },
      code: { get: () => { throw new Error('no'); } },
      cause: { get: () => { throw new Error('no'); } },
    }); // prettier-ignore
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const wrapsRevoked = { message: 'x', errors: proxy, cause: { errors: proxy } };
    for (const thrown of [hostile, proxy, wrapsRevoked, Symbol('s'), 10n, () => 1, Object.create(null)]) {
      expect(failureSchema.safeParse(toFailure(thrown)).success).toBe(true);
    }
  });

  test('anything at all becomes a failure that fits its schema and survives JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (thrown) => {
          const data = toFailure(thrown);
          expect(failureSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
        },
      ),
      { numRuns: 500 },
    );
  });
});
