import type { ModelAnswer, ModelEvent } from '../model.ts';
import type { RouterCall, RouterEventItem } from './create-router.ts';
import type { GovernedCall } from './governed-call.ts';
import { hitAnswer, servedAnswer } from './router-answer.ts';
import type { RouterPorts } from './router-ports.ts';
import type { Target } from './try-provider.ts';

/**
 * Streams a governed call. Reading and writing are apart: the provider is read to its end or its settlement whatever the
 * caller does, so that an answer somebody hung up on is still paid and counted.
 */
export async function* streamCall(
  ports: RouterPorts,
  governed: GovernedCall,
  call: RouterCall,
): AsyncGenerator<RouterEventItem, void> {
  const items = new Channel<RouterEventItem>();
  const reading = read(ports, { governed, call, items });
  try {
    yield* items.read();
  } finally {
    items.close();
    await reading.catch(() => undefined);
  }
}

type Reading = { governed: GovernedCall; call: RouterCall; items: Channel<RouterEventItem> };

async function read(ports: RouterPorts, { governed, call, items }: Reading): Promise<void> {
  try {
    const hit = await governed.admit();
    if (hit !== undefined) {
      const answer = hitAnswer(ports, hit.answer, call.tags);
      if (answer.text !== '') items.push({ type: 'text', text: answer.text });
      return items.end({ type: 'end', answer });
    }
    const served = await governed.run((target) => follow(ports, target, items));
    governed.conclude({ served, text: served.answer.text });
    items.end({ type: 'end', answer: servedAnswer(governed, served) });
  } catch (thrown: unknown) {
    items.fail(thrown);
  } finally {
    governed.conclude(undefined);
  }
}

async function follow(ports: RouterPorts, target: Target, items: Channel<RouterEventItem>): Promise<ModelAnswer> {
  const { provider, request, key, signal, committed } = target;
  let answer: ModelAnswer | undefined;
  for await (const event of ports.providers[provider].stream(request, { key, signal })) {
    if (event.type === 'end') answer = event.answer;
    else {
      committed();
      items.push(event satisfies Exclude<ModelEvent, { type: 'end' }>);
    }
  }
  if (answer === undefined) throw new Error(`the stream of ${provider} ended without its answer`);
  return answer;
}

/** A queue between who reads the provider and who writes to the caller. */
class Channel<Item> {
  private readonly waiting: Item[] = [];
  private wake: (() => void) | undefined;
  private over = false;
  private error: unknown;
  private failed = false;
  private closed = false;

  push(item: Item): void {
    if (this.closed) return;
    this.waiting.push(item);
    this.wake?.();
  }

  end(item: Item): void {
    this.push(item);
    this.over = true;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.error = error;
    this.failed = true;
    this.over = true;
    this.wake?.();
  }

  close(): void {
    this.closed = true;
  }

  async *read(): AsyncGenerator<Item, void> {
    for (;;) {
      const item = this.waiting.shift();
      if (item !== undefined) yield item;
      else if (this.failed) throw this.error;
      else if (this.over) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
