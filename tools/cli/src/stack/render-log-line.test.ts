import { expect, test } from '@jest/globals';
import { renderLogLine } from './render-log-line.ts';

const plain = { name: 'worker', colour: false };

test('a JSON log line for people', () => {
  const ts = '2026-01-02T03:04:05.678Z';
  const line = JSON.stringify({
    ts,
    level: 'INFO',
    logger: 'worker',
    msg: 'Task done',
    event: 'X',
    ms: 12,
    who: 'a b',
    id: 'x',
  });
  const clock = new Date(ts).toTimeString().slice(0, 8);
  expect(renderLogLine(line, plain)).toBe(`${clock} worker      INFO  Task done  ms=12 who="a b" id=x`);
});

test('a stack follows indented, colours only where wanted', () => {
  const line = JSON.stringify({ level: 'ERROR', msg: 'No', exc_info: 'Error: no\n    at x' });
  expect(renderLogLine(line, plain)).toBe('         worker      ERROR No\n           Error: no\n               at x');
  expect(renderLogLine(line, { ...plain, colour: true })).toContain('\u001b[31mERROR\u001b[0m');
});

test.each(['plain text', '{broken', ''])('anything else stays as it is: %j', (line) => {
  expect(renderLogLine(line, plain)).toBe(`         worker      ${line}`);
});
