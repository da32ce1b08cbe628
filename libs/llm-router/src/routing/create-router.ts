import { dedupeKey, dedupeSeconds, type DedupeSettings } from '../guards/dedupe-key.ts';
import type { ProviderName } from '../model.ts';
import { CallRefused } from './call-refused.ts';
import { Conclusions } from './conclusions.ts';
import { GovernedCall, type PromptRequest } from './governed-call.ts';
import { hitAnswer, servedAnswer, type RouterAnswer } from './router-answer.ts';
import type { CallTags, RouterOptions, RouterPorts } from './router-ports.ts';
import { streamCall } from './stream-call.ts';

/** A call as a door asks for it. `provider` makes a chain of one; `cacheTtlSeconds` 0 = never an earlier answer. */
export type RouterCall = {
  prompt: PromptRequest;
  provider?: ProviderName | undefined;
  model?: string | undefined;
  tags: CallTags;
  timeoutSeconds?: number | undefined;
  cacheTtlSeconds?: number | undefined;
  /** The caller takes the answer only as the model wrote it: it is not equal to a call whose answer may be repaired. */
  strict?: true | undefined;
  /** Aborts when the caller hangs up: what was used by then is still settled. */
  signal: AbortSignal;
};

/** A delta, or the end with the whole answer. */
export type RouterEventItem =
  | { type: 'text'; text: string }
  | { type: 'tool_call'; index: number; id?: string | undefined; name?: string | undefined; arguments: string }
  | { type: 'end'; answer: RouterAnswer };

export type Router = {
  /** Providers of the chain that have a key, in order. Empty = no provider is configured. */
  configured(): ProviderName[];
  /**
   * Answers, or throws a {@link CallRefused} (turned away before a provider was asked), a provider failure (the last one
   * that decided; `attempts` beside it), or what the store threw (then nothing was spent).
   */
  generate(call: RouterCall): Promise<RouterAnswer>;
  /** The same as a stream; nothing is yielded before the first real token, and after it nobody else answers. */
  stream(call: RouterCall): AsyncGenerator<RouterEventItem, void>;
  /** Opens a call whose answer is checked before it is shared: see {@link GovernedCall}. */
  open(call: RouterCall): GovernedCall;
  /** Resolves when guards and ledger know how all calls ended that have ended by now. Never rejects. */
  concluded(): Promise<void>;
};

export function createRouter(world: RouterPorts, options: RouterOptions & { dedupe: DedupeSettings }): Router {
  const conclusions = new Conclusions();
  const ports = { ...world, conclusions };

  function configured(): ProviderName[] {
    return options.chain.filter((provider) => ports.keyOf(provider) !== undefined);
  }

  function open(call: RouterCall): GovernedCall {
    const chain = chainOf(call.provider);
    const { team, project, purpose } = call.tags;
    const { provider, model, prompt: request, cacheTtlSeconds, strict } = call;
    const ttlSeconds = dedupeSeconds(options.dedupe, purpose, { cacheTtlSeconds });
    const dedupe =
      ttlSeconds === 0
        ? undefined
        : { key: dedupeKey({ team, project, purpose, provider, model, strict, request }), ttlSeconds };
    return new GovernedCall(
      ports,
      {
        ...options,
        chain,
        model,
        pinned: provider !== undefined,
        tags: call.tags,
        dedupe,
        timeoutSeconds: call.timeoutSeconds ?? options.timeoutSeconds,
        signal: call.signal,
      },
      request,
    );
  }

  function chainOf(provider: ProviderName | undefined): ProviderName[] {
    if (provider === undefined) {
      const chain = configured();
      if (chain.length > 0) return chain;
      throw new CallRefused({ code: 'LLM_DISABLED', message: 'no provider of the chain has a key' });
    }
    if (ports.keyOf(provider) !== undefined) return [provider];
    throw new CallRefused({
      code: 'PROVIDER_DISABLED',
      message: `${provider} has no key; set one or leave the provider out`,
    });
  }

  return {
    configured,
    open,
    async generate(call) {
      const governed = open(call);
      try {
        const hit = await governed.admit();
        if (hit !== undefined) return hitAnswer(ports, hit.answer, call.tags);
        const served = await governed.run(({ provider, request, key, signal }) =>
          ports.providers[provider].generate(request, { key, signal }),
        );
        governed.conclude({ served, text: served.answer.text });
        return servedAnswer(governed, served);
      } finally {
        governed.conclude(undefined);
      }
    },
    stream: (call) => streamCall(ports, open(call), call),
    concluded: () => conclusions.told(),
  };
}
