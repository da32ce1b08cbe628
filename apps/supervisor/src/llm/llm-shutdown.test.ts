import { describe, expect, test } from '@jest/globals';
import { createLlmKit, framesOf, generate, linesOf, post } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

const asking = { input_text: 'Hello there', cache_ttl_s: 0 };

describe('a supervisor that stops', () => {
  test('lets model calls finish, ends event streams, and takes no new calls', async () => {
    const started = await startLlm();
    const watched = await started.client.watchTask({ params: { task_id: await kit.create(started) } });
    if (!watched.ok) throw new Error(watched.message);
    kit.simulator().script('gemini', [
      { kind: 'slow', ms: 300 },
      { kind: 'slowStream', ms: 30 },
    ]);
    const whole = generate(started, asking);
    await kit.simulator().arrived('gemini', 1);
    const stream = await post(started, '/llm/generate', { ...asking, stream: true });
    const stopped = started.stop();
    const seen = [];
    for await (const task of watched.body) seen.push(task);
    expect(seen.length).toBeGreaterThan(0);
    await expect(generate(started, asking)).rejects.toThrow('fetch failed');
    expect((await whole).body).toMatchObject({ provider: 'gemini', text: expect.stringContaining('Hello there') });
    expect((await framesOf(stream)).at(-1)).toMatchObject({ event: 'done' });
    await stopped;
    expect(await kit.connection().zcard('{nexus}:spend:holds')).toBe(0);
    expect(kit.simulator().hitCount('gemini')).toBe(2);
    const ends = (await kit.audited(4)).map(({ type }) => type).filter((type) => type !== 'llm_attempt');
    expect(ends).toEqual(['llm_success', 'llm_success']);
  });

  test('cuts them at the end of the grace time; they are billed and audited as broken off', async () => {
    const started = await startLlm({ SHUTDOWN_GRACE_SECONDS: '0' });
    kit.simulator().script('gemini', [{ kind: 'hang' }, { kind: 'hangStreamAfter', events: 2 }]);
    const whole = generate(started, asking).catch((error: unknown) => error);
    await kit.simulator().arrived('gemini', 1);
    const stream = await post(started, '/llm/generate', { ...asking, stream: true });
    await started.stop();
    expect(await kit.connection().zcard('{nexus}:spend:holds')).toBe(0);
    expect(await whole).toMatchObject({ message: 'fetch failed' });
    await expect(stream.text()).rejects.toThrow();
    await kit.simulator().settled();
    const records = await kit.audited(4);
    const ends = records.filter(({ type }) => type === 'llm_fail');
    const billed = { reason: 'CANCELLED', budget_note: 'ok', est_cost_usd: expect.any(String) };
    expect(ends).toEqual([expect.objectContaining(billed), expect.objectContaining(billed)]);
    expect(linesOf(started, 'HTTP_FAULT')).toEqual([]);
  });
});
