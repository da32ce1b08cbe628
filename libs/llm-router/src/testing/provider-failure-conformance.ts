import { expect, test } from '@jest/globals';
import type { ModelEvent, ProviderName } from '../model.ts';
import type { ProviderFailure } from '../provider-failure.ts';
import { expectations, type Expectation } from './provider-expectations.ts';
import { eventsOf, KEY, type Mode, PROMPT, type ProviderKit, rejection, textOf } from './provider-kit.ts';

/** Everything else is refused, with the right kind and the right word on billing; nothing is asked twice or shown. */
export function describeFailures(kit: ProviderKit, mode: Mode): void {
  test.each(expectations.filter((row) => applies(row, kit.name, mode)).map((row) => [titleOf(row), row] as const))(
    '%s is a failure of the right kind, asked for once, that shows nothing',
    async (_title, row) => {
      const thrown = await kit.failureOf(mode, row.fault);
      const expected = row.except?.[kit.name] ?? row.expected;
      const { kind, billed, retryAfterSeconds, message, provider: named } = thrown.llm;
      expect({ named, kind, message, billed: billed.state }).toEqual({
        named: kit.name,
        kind: expected.kind,
        message,
        billed: expected.billed,
      });
      if ('retryAfterSeconds' in expected) expect(retryAfterSeconds).toBe(expected.retryAfterSeconds);
      expectSilence(thrown);
      await kit.simulator().settled();
      expect(kit.simulator().hitCount(kit.name)).toBe(1);
    },
  );

  test.each(['timeout', 'caller'] as const)(
    'a %s ends a hanging call at once and closes its socket',
    async (reason) => {
      kit.simulator().always(kit.name, { kind: 'hang' });
      const controller = new AbortController();
      const call = kit.provider().generate(kit.request(), kit.context(controller.signal));
      const streamed = eventsOf(kit.provider().stream(kit.request(), kit.context(controller.signal)));
      const pending = mode === 'whole' ? call : streamed;
      (mode === 'whole' ? streamed : call).catch(() => undefined);
      await kit.simulator().arrived(kit.name, 2);
      controller.abort(reason);
      const thrown = await rejection(pending);
      expect(thrown.llm).toMatchObject({
        kind: reason === 'timeout' ? 'timeout' : 'cancelled',
        billed: { state: 'unknown', partialText: '' },
      });
      await kit.simulator().settled();
      expect(
        kit
          .simulator()
          .hits(kit.name)
          .map(({ aborted }) => aborted),
      ).toEqual([true, true]);
    },
  );

  test('a signal that was given before asks nobody', async () => {
    const thrown = await rejection(
      mode === 'whole'
        ? kit.provider().generate(kit.request(), kit.context(AbortSignal.abort('caller')))
        : eventsOf(kit.provider().stream(kit.request(), kit.context(AbortSignal.abort('caller')))),
    );
    expect(thrown.llm).toMatchObject({ kind: 'cancelled', billed: { state: 'no' } });
    expect(kit.simulator().hitCount(kit.name)).toBe(0);
  });

  test('a key no header can carry is a refused key, and is not shown', async () => {
    const bad = { key: `${KEY}\r\nx-evil: 1`, signal: new AbortController().signal };
    const thrown = await rejection(
      mode === 'whole'
        ? kit.provider().generate(kit.request(), bad)
        : eventsOf(kit.provider().stream(kit.request(), bad)),
    );
    expect(thrown.llm).toMatchObject({ kind: 'auth', billed: { state: 'no' } });
    expectSilence(thrown);
    expect(kit.simulator().hitCount(kit.name)).toBe(0);
  });

  test('a refused connection costs nothing', async () => {
    const gone = kit.unreachable();
    const thrown = await rejection(
      mode === 'whole'
        ? gone.generate(kit.request(), kit.context())
        : eventsOf(gone.stream(kit.request(), kit.context())),
    );
    expect(thrown.llm).toMatchObject({ kind: 'outage', status: 0, billed: { state: 'no' } });
    expectSilence(thrown);
  });
}

/** What breaks halfway, and what its messages must not tell. */
export function describeBreaks(kit: ProviderKit): void {
  test('a provider message that quotes key and prompt is cleaned and cut', async () => {
    const message = `Wrong key ${KEY} or ${KEY.slice(0, 8)}****${KEY.slice(-4)} in: ${PROMPT} mail kim@example.com ${'x'.repeat(900)}`;
    const thrown = await kit.failureOf('whole', { kind: 'status', code: 400, body: { error: { message } } });
    expectSilence(thrown);
    expect(thrown.message).toContain('Wrong key');
    expect(thrown.message).not.toContain('kim@example.com');
    expect(thrown.message).not.toContain(KEY.slice(-4));
    expect(thrown.message.length).toBeLessThan(400);
  });

  test('a stream yields nothing before the first token and tells the text so far when it breaks', async () => {
    kit.simulator().always(kit.name, { kind: 'hangStreamAfter', events: 6 });
    const controller = new AbortController();
    const events = kit.provider().stream(kit.request(), kit.context(controller.signal))[Symbol.asyncIterator]();
    const first = await events.next();
    expect(first.value).toMatchObject({ type: 'text', text: expect.stringMatching(/./) });
    const seen = [first.value as ModelEvent];
    const rest = (async () => {
      for (;;) {
        const next = await events.next();
        if (next.done === true) return;
        seen.push(next.value);
      }
    })();
    controller.abort('timeout');
    const thrown = await rejection(rest);
    expect(thrown.llm).toMatchObject({ kind: 'timeout', billed: { state: 'unknown', partialText: textOf(seen) } });
    await kit.simulator().settled();
    expect(kit.simulator().hits(kit.name)[0]?.aborted).toBe(true);
  });

  test('an error after the first event is a failure, whatever was streamed', async () => {
    const thrown = await kit.failureOf('stream', { kind: 'errorAfterFirstEvent' });
    expect(thrown.llm.kind).toBe('outage');
    expect(kit.simulator().hitCount(kit.name)).toBe(1);
  });

  test('a reader that stops early closes the socket', async () => {
    kit.simulator().always(kit.name, { kind: 'hangStreamAfter', events: 6 });
    for await (const event of kit.provider().stream(kit.request(), kit.context())) {
      expect(event.type).toBe('text');
      break;
    }
    await kit.simulator().settled();
    expect(kit.simulator().hits(kit.name)[0]?.aborted).toBe(true);
  });
}

function applies({ only, mode: wanted }: Expectation, name: ProviderName, mode: Mode): boolean {
  return (only ?? [name]).includes(name) && (wanted ?? mode) === mode;
}

function titleOf({ fault }: Expectation): string {
  return JSON.stringify(fault);
}

function expectSilence(thrown: ProviderFailure): void {
  const shown = [JSON.stringify(thrown), String(thrown), thrown.stack, thrown.message].join('\n');
  expect(shown).not.toContain(KEY);
  // The partial text of a broken stream is the model's, which here repeats the prompt.
  const told = JSON.stringify({ ...thrown, llm: { ...thrown.llm, billed: undefined } });
  for (const part of ['테헤란로', 'launch code', 'alpha-tango']) expect(told).not.toContain(part);
}
