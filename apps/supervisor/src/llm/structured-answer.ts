import type { JsonSchema } from '@nexus/contracts';
import {
  addUsage,
  noUsage,
  obtainStructured,
  promptFingerprint,
  tellHit,
  type Finish,
  type GovernedCall,
  type ModelMessage,
  type Provider,
  type ProviderName,
  type PublishedSchema,
  type Router,
  type RouterAnswer,
  type RouterCall,
  type RouterEvent,
  type StructuredCode,
} from '@nexus/llm-router';

/** What an answer has to fit. `name` is what the caller calls it; null for an inline schema. */
export type WantedDocument = {
  name: string | null;
  schema: JsonSchema;
  validate: PublishedSchema['validate'];
  allowRepair: boolean;
};

type Repairer = { provider: ProviderName; model: string };

/** `repair` = the model that wrote the document; null when nothing or only its form was mended. Costs include repairs. */
export type StructuredAnswer = Omit<RouterAnswer, 'text' | 'tool_calls'> & {
  data: Record<string, unknown>;
  repaired: boolean;
  repair: Repairer | null;
};
export type StructuredFailure = {
  code: StructuredCode;
  message: string;
  calls: number;
  provider: ProviderName;
  model: string;
  latencyMs: number;
};
export type StructuredOutcome = { ok: true; answer: StructuredAnswer } | { ok: false; failure: StructuredFailure };

type Ports = {
  router: Router;
  providers: Readonly<Record<ProviderName, Provider>>;
  onEvent: (event: RouterEvent) => void;
  /** Told before each repair call. */
  beforeRepair: (call: RouterCall) => void;
};

type Latest = Repairer & { text: string; finish: Finish };

/**
 * One document that is valid against its schema. Equal calls share it only then. Repairs are calls of their own: reserved,
 * billed and limited like any other, never answered from an earlier call. Throws what the router throws.
 */
export async function answerStructured(
  ports: Ports,
  call: RouterCall,
  wanted: WantedDocument,
): Promise<StructuredOutcome> {
  const governed = ports.router.open(call);
  try {
    const hit = await governed.admit();
    if (hit === undefined) return await obtain(ports, governed, { call, wanted });
    const { provider, model, text, finish } = hit.answer;
    tellHit(ports, hit.answer, call.tags);
    const { data, repaired, repair } = unpack(text);
    const answer = { provider, model, finish: finishOf(finish), data, repaired, repair, ...ofNothing };
    return { ok: true, answer };
  } finally {
    governed.conclude(undefined);
  }
}

async function obtain(
  ports: Ports,
  governed: GovernedCall,
  { call, wanted }: { call: RouterCall; wanted: WantedDocument },
): Promise<StructuredOutcome> {
  const served = await governed.run(async ({ provider, request, key, signal }) =>
    ports.providers[provider].generate(request, { key, signal }),
  );
  const { provider, model } = served;
  const repairs: RouterAnswer[] = [];
  const result = await obtainStructured<Latest>({
    answer: { provider, model, text: served.answer.text, finish: served.answer.finish },
    schema: wanted.schema,
    validate: wanted.validate,
    allowRepair: wanted.allowRepair,
    call: async (messages) => {
      // A circuit this answer has healed must not refuse its own repair.
      await governed.report();
      const repairing = repairCall(call, messages);
      ports.beforeRepair(repairing);
      const repair = await ports.router.generate(repairing);
      repairs.push(repair);
      return repair;
    },
  });
  const latencyMs = repairs.reduce((sum, repair) => sum + repair.latencyMs, served.latencyMs);
  if (!result.ok) {
    const { code, message, calls, latest } = result;
    return {
      ok: false,
      failure: { code, message, calls, provider: latest.provider, model: latest.model, latencyMs },
    };
  }
  const { data, repaired, calls, latest } = result;
  const repair = calls > 0 ? { provider: latest.provider, model: latest.model } : null;
  const { budget, attempts, degraded } = governed;
  const costNano = repairs.reduce((sum, each) => sum + each.costNano, budget.costNano);
  governed.conclude({ served, text: pack({ data, repaired, repair }), costNano });
  const answer: StructuredAnswer = {
    provider,
    model,
    finish: served.answer.finish,
    latencyMs,
    deduped: false,
    degraded: degraded || repairs.some((each) => each.degraded),
    attempts: [...attempts, ...repairs.flatMap((each) => each.attempts)],
    usage: repairs.reduce((sum, each) => addUsage(sum, each.usage), budget.usage),
    approx: budget.approx || repairs.some((each) => each.approx),
    costNano,
    data,
    repaired,
    repair,
  };
  return { ok: true, answer };
}

/** The same providers, but a question of its own: it must not be creative, and no earlier answer may repair this one. */
function repairCall(call: RouterCall, messages: ModelMessage[]): RouterCall {
  const { max_tokens, schema } = call.prompt;
  return {
    ...call,
    prompt: { messages, max_tokens, temperature: 0, schema },
    tags: { ...call.tags, purpose: 'schema_repair', prompt_fp: promptFingerprint(messages) },
    cacheTtlSeconds: 0,
  };
}

type Stored = { data: Record<string, unknown>; repaired: boolean; repair: Repairer | null };

/**
 * The text equal calls are given: the document, and in a second line what was done to it, so that they are told the truth
 * too. JSON has no line feeds of its own here.
 */
function pack({ data, repaired, repair }: Stored): string {
  const document = JSON.stringify(data);
  return repaired ? `${document}\n${JSON.stringify(repair)}` : document;
}

function unpack(text: string): Stored {
  const [document = '', repair] = text.split('\n');
  const data = JSON.parse(document) as Record<string, unknown>;
  if (repair === undefined) return { data, repaired: false, repair: null };
  return { data, repaired: true, repair: JSON.parse(repair) as Repairer | null };
}

/** A call that was answered from an equal one. */
const ofNothing = {
  latencyMs: 0,
  deduped: true,
  degraded: false,
  attempts: [],
  usage: noUsage,
  approx: false,
  costNano: 0n,
};

function finishOf(finish: string | undefined): Finish {
  return finish === 'length' || finish === 'tool_calls' ? finish : 'stop';
}
