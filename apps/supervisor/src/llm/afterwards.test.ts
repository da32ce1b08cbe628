import { expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { createAfterwards } from './afterwards.ts';

type Told = { told: unknown[]; afterwards: ReturnType<typeof createAfterwards> };

function started(): Told {
  const told: unknown[] = [];
  return { told, afterwards: createAfterwards({ error: (_message, fields) => void told.push(fields?.['event']) }) };
}

test('does everything in order, and nothing before what the turn sends by setImmediate has left', async () => {
  const { told, afterwards } = started();
  afterwards.run(() => told.push('first'));
  setImmediate(() => told.push('sent'));
  afterwards.run(() => told.push('second'));
  expect(told).toEqual([]);
  await turn();
  await turn();
  expect(told).toEqual(['sent', 'first', 'second']);
});

test('what an action throws is logged, and the next one is done', () => {
  const { told, afterwards } = started();
  afterwards.run(() => {
    throw new Error('a metric of the wrong name');
  });
  afterwards.run(() => told.push('next'));
  afterwards.drain();
  expect(told).toEqual(['LLM_AFTERWARDS_FAILED', 'next']);
});

test('draining does everything now, also what the actions ask for, and once', async () => {
  const { told, afterwards } = started();
  afterwards.run(() => {
    told.push('first');
    afterwards.run(() => told.push('its own'));
  });
  afterwards.drain();
  expect(told).toEqual(['first', 'its own']);
  await turn();
  await turn();
  expect(told).toHaveLength(2);
});
