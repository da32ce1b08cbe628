import { afterEach, describe, expect, test } from '@jest/globals';
import { createMemoryLedger, type LedgerPort } from '@nexus/llm-router';
import { startDoor, type StartedDoor } from './testing/llm-door-kit.ts';
import { codeOf, createLlmKit, framesOf, generate, linesOf, post } from './testing/llm-kit.ts';

const kit = createLlmKit();
const asking = { input_text: 'Hello there' };

let door: StartedDoor;
afterEach(() => door.close());

/** A budget in memory whose methods fail while they are told to. */
function brittleLedger() {
  const memory = createMemoryLedger({ dailyNano: 10n ** 12n, softFraction: 0.8, hardFraction: 1, now: Date.now });
  const broken = new Set<'reserve' | 'settle' | 'void'>();
  function whole<Result>(step: 'reserve' | 'settle' | 'void', done: () => Promise<Result>): Promise<Result> {
    return broken.has(step) ? Promise.reject(new Error(`the ledger cannot ${step}`)) : done();
  }
  const ledger: LedgerPort = {
    reserve: (request) => whole('reserve', () => memory.reserve(request)),
    settle: (id, settlement) => whole('settle', () => memory.settle(id, settlement)),
    void: (id) => whole('void', () => memory.void(id)),
  };
  return { ledger, broken, memory };
}

async function claims(): Promise<string[]> {
  return kit.connection().keys('{nexus}:llm:claim:*');
}

describe('a budget that cannot be read', () => {
  test('is 503: nobody is called, nothing stays claimed, and an equal call is answered when it can be read again', async () => {
    const { ledger, broken, memory } = brittleLedger();
    broken.add('reserve');
    door = await startDoor(kit, ledger);
    const answers = await Promise.all(Array.from({ length: 5 }, () => generate(door, asking)));
    for (const answer of answers) {
      expect([answer.status, codeOf(answer)]).toEqual([503, 'STORE_UNAVAILABLE']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(kit.simulator().hitCount('gemini') + kit.simulator().hitCount('openai')).toBe(0);
    expect(await door.scrape()).toContain('nexus_llm_generate_total{provider="none",outcome="STORE_UNAVAILABLE"} 5');
    expect(await claims()).toEqual([]);
    broken.clear();
    expect((await generate(door, asking)).body).toMatchObject({ provider: 'gemini', deduped: false });
    expect(memory.day().reserved).toBe(0n);
    expect(linesOf(door, 'HTTP_FAULT')).toEqual([]);
  });

  test('is a status for a stream and for a document, too, and frees the probe of a circuit', async () => {
    const { ledger, broken } = brittleLedger();
    broken.add('reserve');
    door = await startDoor(kit, ledger, { LLM_FALLBACK_PROVIDERS: 'gemini', BREAKER_FAIL_THRESHOLD: '1' });
    await kit.connection().hset('nexus:breaker:gemini', { fail_count: 1, first_fail_ts: 1, open_until: 2 });
    const stream = await post(door, '/llm/generate', { ...asking, stream: true });
    expect(stream.status).toBe(503);
    expect((await generate(door, { ...asking, schema_name: 'fix_suggestion' })).status).toBe(503);
    const chat = await post(door, '/v1/chat/completions', {
      model: 'nexus',
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(chat.status).toBe(503);
    broken.clear();
    expect((await generate(door, asking)).status).toBe(200);
    await door.scrape();
    expect(await claims()).toEqual([]);
  });
});

describe('a cost that cannot be settled', () => {
  test('was paid for: the caller has the answer, and the log says which reservation is left', async () => {
    const { ledger, broken, memory } = brittleLedger();
    broken.add('settle');
    door = await startDoor(kit, ledger);
    expect((await generate(door, asking)).body).toMatchObject({ provider: 'gemini', cost_nano: expect.any(String) });
    const frames = await framesOf(await post(door, '/llm/generate', { input_text: 'Another', stream: true }));
    expect(frames.at(-1)?.event).toBe('done');
    expect((await generate(door, asking)).body).toMatchObject({ deduped: true });
    await door.scrape();
    const lines = linesOf(door, 'LLM_SETTLE_FAILED');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'ERROR', reservation_id: expect.any(String) }),
      expect.objectContaining({ level: 'ERROR', reservation_id: expect.any(String) }),
    ]);
    expect(memory.day().spent).toBe(0n);
    // Until it expires, what may have been spent stays reserved: never too little.
    expect(memory.day().reserved).toBeGreaterThan(0n);
    // The metric tells what the ledger has counted.
    expect(await door.scrape()).not.toMatch(/^nexus_llm_cost_usd_total\{/m);
  });

  test('yet: the answer does not wait for it, metrics and the end of the process do', async () => {
    const { ledger, memory } = brittleLedger();
    let settle: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (settle = resolve));
    door = await startDoor(kit, { ...ledger, settle: (id, cost) => gate.then(() => ledger.settle(id, cost)) });
    const answer = (await generate(door, asking)).body as { cost_nano: string };
    expect([answer, memory.day().spent]).toEqual([expect.objectContaining({ provider: 'gemini' }), 0n]);
    const scraped = door.scrape().then(() => memory.day());
    const closed = door.close().then(() => memory.day());
    await generate(door, asking).catch(() => undefined);
    settle();
    const settled = { spent: BigInt(answer.cost_nano), reserved: 0n };
    expect(await Promise.all([scraped, closed])).toEqual([
      expect.objectContaining(settled),
      expect.objectContaining(settled),
    ]);
  });

  test('or given back keeps the failure of the call as it was', async () => {
    const { ledger, broken } = brittleLedger();
    broken.add('void');
    kit.simulator().always('gemini', { kind: 'badKey' });
    door = await startDoor(kit, ledger, { LLM_FALLBACK_PROVIDERS: 'gemini' });
    expect(codeOf(await generate(door, asking))).toBe('PROVIDER_AUTH_ERROR');
    await door.scrape();
    expect(linesOf(door, 'LLM_SETTLE_FAILED')).toHaveLength(1);
  });
});
