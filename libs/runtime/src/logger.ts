import { describeError } from './describe-error.ts';
import { isError, maskText, maskValue } from './mask.ts';
import { iso, systemClock } from './time.ts';
import type { Clock } from './time.ts';

/** Levels from chatty to silent about everything but faults. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Facts of a log line, as members of its object. `task_id`, `task_type`, `event` and `correlation_id` are the names that
 * tie lines together; a member that is an Error is written with its stack and chain of causes into `exc_info`.
 */
export type LogFields = Record<string, unknown>;

/**
 * Writes one JSON object a line. The message is a static sentence, facts go into the fields; every text is masked; no
 * call ever throws or waits.
 */
export type Logger = {
  debug: (msg: string, fields?: LogFields) => void;
  info: (msg: string, fields?: LogFields) => void;
  warn: (msg: string, fields?: LogFields) => void;
  error: (msg: string, fields?: LogFields) => void;
  /** A logger that adds these fields to every line. */
  child: (fields: LogFields) => Logger;
};

export type LoggerOptions = {
  /** Lines below this level are not written. */
  level: LogLevel;
  /** Goes into `logger`: the process, e.g. `supervisor`. */
  name: string;
  /** Gets each line with its line feed; stdout when left out. Must not throw; if it does the line is lost. */
  write?: (line: string) => void;
  now?: Clock;
  /** Names of fields that hold people's names, from the schemas of the tasks. */
  personFields?: readonly string[];
};

/** No line is longer, in bytes of UTF-8 without the line feed: collectors cut or drop longer ones. */
export const MAX_LINE_BYTES = 16 * 1024;

const limits = { maxDepth: 8, maxItems: 100, maxTextLength: 4000 };
/** What ties lines together: written first and never cut. */
const ties = ['correlation_id', 'task_id', 'task_type', 'event', 'request_id'] as const;
const kept = new Set<string>(['ts', 'level', 'logger', ...ties]);
const reserved = new Set(['ts', 'level', 'logger', 'msg']);

type Sink = Required<Omit<LoggerOptions, 'personFields'>> & { threshold: number; personFields: readonly string[] };

let pending = '';

/**
 * Lines of one turn of the event loop leave in one write: a busy process spends its time on work, not on system calls.
 * An ordinary end of the process flushes them; only a kill within the same turn could lose them.
 */
function writeToStdout(line: string): void {
  if (pending === '') setImmediate(flushStdout);
  pending += line;
}

function flushStdout(): void {
  const lines = pending;
  pending = '';
  if (lines !== '') process.stdout.write(lines);
}

let stdoutGuarded = false;

/** A reader that went away (`nexus … | head`) must not end the process through an unhandled EPIPE. */
function guardStdout(): void {
  if (stdoutGuarded) return;
  stdoutGuarded = true;
  process.stdout.on('error', () => undefined);
  process.on('exit', flushStdout);
}

function splitErrors(fields: LogFields): { plain: LogFields; thrown: unknown } {
  let thrown: unknown;
  const plain: LogFields = {};
  for (const name of ties) if (fields[name] !== undefined) plain[name] = fields[name];
  for (const [name, value] of Object.entries(fields)) {
    if (reserved.has(name)) plain[`${name}_`] = value;
    else if (thrown === undefined && isError(value)) thrown = value;
    else plain[name] = value;
  }
  return { plain, thrown };
}

/** Messages are static: each is masked once. Whoever puts facts into one meets the bound, not the memory. */
const KNOWN_MESSAGES = 1000;
const messages = new Map<string, string>();

function maskedMessage(message: string): string {
  const known = messages.get(message);
  if (known !== undefined) return known;
  const masked = maskText(message);
  if (messages.size < KNOWN_MESSAGES && message.length <= 200) messages.set(message, masked);
  return masked;
}

function assemble(sink: Sink, head: { level: LogLevel; msg: string }, fields: LogFields): Record<string, unknown> {
  const { plain, thrown } = splitErrors(fields);
  const masked = maskValue(plain, { ...limits, personFields: sink.personFields }) as Record<string, unknown>;
  const correlation = masked['correlation_id'] ?? masked['task_id'] ?? masked['request_id'];
  return {
    ts: iso(sink.now()),
    level: head.level,
    logger: sink.name,
    msg: maskedMessage(String(head.msg)),
    ...(correlation === undefined ? {} : { correlation_id: correlation }),
    ...masked,
    ...(thrown === undefined ? {} : { exc_info: maskText(describeError(thrown)) }),
  };
}

/** Cuts the longest texts and objects until the line fits; what ties lines together stays. */
function fit(line: Record<string, unknown>): string {
  let written = JSON.stringify(line);
  for (let limit = 2000; limit >= 125 && Buffer.byteLength(written) > MAX_LINE_BYTES; limit /= 2) {
    const shorter = Object.entries(line).map(([name, value]) => [name, kept.has(name) ? value : cut(value, limit)]);
    written = JSON.stringify({ ...Object.fromEntries(shorter), truncated: true });
  }
  if (Buffer.byteLength(written) <= MAX_LINE_BYTES) return written;
  const bare = Object.entries(line).filter(([name]) => kept.has(name));
  const short = bare.map(([name, value]) => [name, String(value).slice(0, 300)]);
  return JSON.stringify({ ...Object.fromEntries(short), msg: cut(line['msg'], 300), truncated: true });
}

function cut(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return value.length <= limit ? value : `${value.slice(0, limit)}…`;
  if (typeof value !== 'object' || value === null) return value;
  const written = JSON.stringify(value);
  return written.length <= limit ? value : `${written.slice(0, limit)}…`;
}

function log(sink: Sink, head: { level: LogLevel; msg: string }, fields: LogFields): void {
  try {
    sink.write(fit(assemble(sink, head, fields)) + '\n');
  } catch {
    // A logger that throws would turn good work into a failure; there is nowhere left to report to.
  }
}

function loggerWith(sink: Sink, base: LogFields): Logger {
  function at(level: LogLevel): (msg: string, fields?: LogFields) => void {
    if (LOG_LEVELS.indexOf(level) < sink.threshold) return () => undefined;
    return (msg, fields) => log(sink, { level, msg }, fields === undefined ? base : { ...base, ...fields });
  }
  return {
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    child: (fields) => loggerWith(sink, { ...base, ...fields }),
  };
}

/** Makes the logger of a process. Use `child` for what belongs to one task or request. */
export function createLogger(options: LoggerOptions): Logger {
  if (options.write === undefined) guardStdout();
  const sink: Sink = {
    level: options.level,
    name: options.name,
    write: options.write ?? writeToStdout,
    now: options.now ?? systemClock,
    personFields: options.personFields ?? [],
    threshold: LOG_LEVELS.indexOf(options.level),
  };
  return loggerWith(sink, {});
}

/** A logger that writes nothing, for tests and for tools that speak for themselves. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
