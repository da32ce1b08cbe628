import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger, LOG_LEVELS, MAX_LINE_BYTES, silentLogger } from './logger.ts';
import type { Logger, LoggerOptions } from './logger.ts';

type Line = Record<string, unknown>;

function capture(options: Partial<LoggerOptions> = {}): { logger: Logger; lines: Line[]; raw: string[] } {
  const raw: string[] = [];
  const lines: Line[] = [];
  const logger = createLogger({
    level: 'DEBUG',
    name: 'supervisor',
    now: () => Date.UTC(2026, 10, 22, 18, 16, 37, 123),
    write(line) {
      raw.push(line);
      lines.push(JSON.parse(line) as Line);
    },
    ...options,
  });
  return { logger, lines, raw };
}

describe('a log line', () => {
  test('is one flat JSON object with its facts as members', () => {
    const { logger, lines, raw } = capture();
    logger.info('Task created', { event: 'TASK_CREATE', task_id: 't1', task_type: 'excel_kakao', count: 0, on: false });
    expect(raw).toHaveLength(1);
    expect(raw[0]).toMatch(/^\{.*\}\n$/);
    expect(lines[0]).toEqual({
      ts: '2026-11-22T18:16:37.123Z',
      level: 'INFO',
      logger: 'supervisor',
      msg: 'Task created',
      event: 'TASK_CREATE',
      task_id: 't1',
      task_type: 'excel_kakao',
      correlation_id: 't1',
      count: 0,
      on: false,
    });
  });

  test('is correlated by task, else by request, else by what it says itself', () => {
    const { logger, lines } = capture();
    logger.info('a', { request_id: 'r1' });
    logger.info('b', { request_id: 'r1', task_id: 't1' });
    logger.info('c', { request_id: 'r1', task_id: 't1', correlation_id: 'c1' });
    logger.info('d');
    expect(lines.map((line) => line['correlation_id'])).toEqual(['r1', 't1', 'c1', undefined]);
  });

  test('carries the fields of its logger and of all its parents', () => {
    const { logger, lines } = capture();
    const child = logger.child({ task_id: 't1', worker: 'w' }).child({ worker: 'w2' });
    child.warn('x', { n: 1 });
    logger.warn('y');
    expect(lines).toMatchObject([{ task_id: 't1', worker: 'w2', n: 1 }, {}]);
    expect(lines[1]).not.toHaveProperty('task_id');
  });

  test('cannot have its own members overwritten by fields', () => {
    const { logger, lines } = capture();
    logger.info('x', { msg: 'other', level: 'ERROR', ts: 0, logger: 'fake' });
    expect(lines[0]).toMatchObject({ msg: 'x', level: 'INFO', logger: 'supervisor', msg_: 'other' });
  });

  test('is masked in message, fields, names of fields and errors', () => {
    const { logger, raw } = capture({ personFields: ['name'] });
    const error = new Error('no answer for 010-1234-5678', { cause: new Error('key sk-' + 'a1B2c3D4'.repeat(4)) });
    logger.error('call to hong@example.com failed', {
      payload: { phone: '+82 10 1234 5678', name: '홍길동', password: 'x' },
      error,
    });
    expect(raw[0]).not.toMatch(/1234|홍길동|a1B2|hong@/);
    expect(raw[0]).toContain('홍**');
  });

  test('renders errors with stack, code and causes into exc_info', () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new Error('inner'), { code: 'ECONNREFUSED' });
    logger.error('x', { error: new TypeError('outer', { cause }), other: 1 });
    expect(lines[0]?.['exc_info']).toMatch(/^TypeError: outer\n\s+at .*logger\.test\.ts/);
    expect(lines[0]?.['exc_info']).toMatch(/\nCaused by: Error: inner\n[^]*\[ECONNREFUSED\]$/);
    expect(lines[0]).not.toHaveProperty('error');
    expect(lines[0]).toMatchObject({ other: 1 });
  });

  test('is at most 16 KB long and keeps what ties it to its task', () => {
    const { logger, lines, raw } = capture();
    const error = new Error('가'.repeat(20_000));
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`field_${index}`, '나'.repeat(3000)]));
    logger.error('다'.repeat(20_000), { ...many, task_id: 't1', event: 'X', error });
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(MAX_LINE_BYTES + 1);
    expect(lines[0]).toMatchObject({ task_id: 't1', correlation_id: 't1', event: 'X', truncated: true });
    expect(lines[0]?.['msg']).toMatch(/^다{100}/);
  });

  test('anything at all as a field gives one parsable line within the limit', () => {
    const { logger, lines, raw } = capture();
    const field = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), field), (msg, fields) => {
        const before = lines.length;
        logger.info(msg, fields);
        expect(lines.length).toBe(before + 1);
        expect(raw[before]?.slice(0, -1)).not.toContain('\n');
        expect(lines[before]).toMatchObject({ level: 'INFO', logger: 'supervisor' });
      }),
    );
  });

  test('a circle, a throwing getter and a sink that throws cost nobody anything', () => {
    const { logger, lines } = capture();
    const circle: Line = {};
    circle['self'] = circle;
    logger.info('x', circle);
    logger.info('y', { hostile: Object.defineProperty({}, 'a', { enumerable: true, get: () => { throw new Error(); } }) }); // prettier-ignore
    expect(lines).toMatchObject([{ self: { self: '[circular]' } }, { hostile: { a: '[unreadable]' } }]);
    const broken = createLogger({ level: 'INFO', name: 'x', write: () => { throw new Error('disk full'); } }); // prettier-ignore
    expect(() => broken.info('x')).not.toThrow();
  });
});

test.each(LOG_LEVELS)('level %s silences everything below it', (level) => {
  const { logger, lines } = capture({ level });
  const child = logger.child({});
  for (const each of [logger, child]) {
    each.debug('x');
    each.info('x');
    each.warn('x');
    each.error('x');
  }
  const written = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
  expect(lines.map((line) => line['level'])).toEqual([...written, ...written]);
});

test('the silent logger takes everything', () => {
  expect(() => silentLogger.child({ a: 1 }).error('x', { error: new Error() })).not.toThrow();
});
