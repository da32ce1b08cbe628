import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from '@nexus/contracts';
import { followOperation } from './follow-operation.ts';
import { type FakeAnswer, type FakeSupervisor, startFakeSupervisor } from './testing/fake-supervisor.ts';
import { operationDocument } from './testing/letter-documents.ts';

const ID = operationDocument().operation_id;
const away: FakeAnswer = { problem: 'STORE_UNAVAILABLE', message: 'Redis is away' };

let supervisor: FakeSupervisor;
let waits: number[];
beforeAll(async () => void (supervisor = await startFakeSupervisor()));
beforeEach(() => void (waits = []));
afterAll(() => supervisor.stop());

async function follow(answers: FakeAnswer[], over: { signal?: AbortSignal; untilSettled?: boolean } = {}) {
  supervisor.answer('dlqOperation', ...answers);
  const seen: string[] = [];
  const misses: number[] = [];
  const client = createClient({ baseUrl: supervisor.baseUrl, timeoutMs: 5_000 });
  const ended = await followOperation(client, ID, {
    onChange: ({ status }) => seen.push(status),
    onMiss: (count) => misses.push(count),
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    signal: over.signal ?? new AbortController().signal,
    untilSettled: over.untilSettled ?? false,
  });
  return { ended, seen, misses };
}

function answer(over: Parameters<typeof operationDocument>[0]): FakeAnswer {
  return { status: 200, body: operationDocument(over) };
}

describe('following an operation', () => {
  test('until it has ended', async () => {
    const { ended, seen } = await follow([answer({ status: 'canary' }), answer({ status: 'running' }), answer({})]);
    expect(seen).toEqual(['canary', 'running', 'succeeded']);
    expect(ended).toEqual(operationDocument());
    expect(waits).toEqual([500, 500]);
  });

  test('until its letters have ended too, if wanted', async () => {
    const pending = answer({ outcome: { ...operationDocument().outcome, pending: 3 } });
    expect((await follow([pending, answer({})])).seen).toHaveLength(1);
    expect((await follow([pending, pending, answer({})], { untilSettled: true })).seen).toHaveLength(3);
  });

  test('through an outage of the supervisor, which starts counting anew after an answer', async () => {
    const { ended, misses } = await follow([away, away, answer({ status: 'running' }), away, answer({})]);
    expect(ended?.status).toBe('succeeded');
    expect(misses).toEqual([1, 2, 1]);
  });

  test('not for ever', async () => {
    await expect(follow([away])).rejects.toMatchObject({ failure: { code: 'STORE_UNAVAILABLE' } });
    expect(waits).toHaveLength(60);
  });

  test('not when the supervisor refuses', async () => {
    await expect(follow([{ problem: 'NOT_FOUND', message: 'no' }])).rejects.toMatchObject({
      failure: { code: 'NOT_FOUND' },
    });
    expect(waits).toEqual([]);
  });

  test('undefined when told to stop', async () => {
    expect(await follow([], { signal: AbortSignal.abort() })).toEqual({ ended: undefined, seen: [], misses: [] });
  });
});
