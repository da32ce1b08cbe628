import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { startLlmSimulator, type LlmSimulator, type SimulatedProvider } from '@nexus/simulators';
import { DEFAULT_API_KEY } from '../../settings.ts';
import { createSettingsKit, type Env, type SettingsKit, type StartedSupervisor } from '../../testing/settings-kit.ts';

/** An answer as it came, with its body as JSON. */
export type Answer = { status: number; body: Record<string, unknown>; headers: Headers };
export type Frame = { event: string; data: string };

export type LlmKit = SettingsKit & {
  simulator: () => LlmSimulator;
  /** A supervisor whose providers are the simulated ones, each with a key; it does not retry unless told. */
  startLlm: (over?: Env) => Promise<StartedSupervisor>;
  /** The records of `{nexus}:llm-audit`, when so many are there. */
  audited: (count: number) => Promise<Record<string, unknown>[]>;
};

/** What a configured supervisor reads; `gemini` is first, `openai` next. */
export function llmEnv(simulator: LlmSimulator): Env {
  return {
    GEMINI_API_BASE: simulator.bases.gemini,
    OPENAI_API_BASE: simulator.bases.openai,
    ANTHROPIC_API_BASE: simulator.bases.anthropic,
    GLM_API_BASE: simulator.bases.glm,
    GEMINI_API_KEY: keyOf('gemini'),
    OPENAI_API_KEY: keyOf('openai'),
    ANTHROPIC_API_KEY: keyOf('anthropic'),
    GLM_API_KEY: keyOf('glm'),
    LLM_MAX_RETRIES: '0',
    LLM_RATE_LIMIT_RPM: '100000',
    LOG_LEVEL: 'DEBUG',
  };
}

/** A secret nothing may show. */
export function keyOf(provider: SimulatedProvider): string {
  return `sk-secret-of-${provider}-0123456789`;
}

/** One Redis and one simulator for all tests of a file, both empty before each. */
export function createLlmKit(): LlmKit {
  const kit = createSettingsKit();
  let simulator: LlmSimulator;
  beforeAll(async () => {
    simulator = await startLlmSimulator();
  });
  beforeEach(async () => {
    simulator.reset();
    await kit.connection().flushall();
  });
  afterAll(() => simulator.close());
  return {
    ...kit,
    simulator: () => simulator,
    startLlm: (over = {}) => kit.start({ ...llmEnv(simulator), ...over }),
    async audited(count) {
      for (;;) {
        const entries = await kit.connection().xrange('{nexus}:llm-audit', '-', '+');
        const records = entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as Record<string, unknown>);
        if (records.length >= count) return records;
      }
    },
  };
}

/** A request with the user key. */
export async function post(
  { base }: Pick<StartedSupervisor, 'base'>,
  path: string,
  { signal, ...body }: Record<string, unknown> & { signal?: AbortSignal },
): Promise<Response> {
  return fetch(base + path, {
    method: 'POST',
    headers: { 'x-api-key': DEFAULT_API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function generate(
  started: Pick<StartedSupervisor, 'base'>,
  body: Record<string, unknown>,
): Promise<Answer> {
  const response = await post(started, '/llm/generate', body);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

/** The frames of a stream, to its end. */
export async function framesOf(response: Response): Promise<Frame[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => ({
      event: /^event: (.*)$/m.exec(frame)?.[1] ?? '',
      data: /^data: (.*)$/m.exec(frame)?.[1] ?? '',
    }));
}

/** Code of a problem document. */
export function codeOf({ body }: Answer): string {
  return (body['error'] as { code: string }).code;
}

/** Present value of a metric by its full line start; 0 when absent. */
export async function metricOf({ client }: StartedSupervisor, line: string): Promise<number> {
  const scrape = await client.metrics();
  if (!scrape.ok) throw new Error(scrape.message);
  const found = scrape.body.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? 0 : Number(found.slice(line.length + 1));
}

/** Resolves when guards and ledger know how all calls ended that were answered: metrics are of what they know. */
export async function concluded({ client }: StartedSupervisor): Promise<void> {
  const scrape = await client.metrics();
  if (!scrape.ok) throw new Error(scrape.message);
}

export function linesOf({ lines }: Pick<StartedSupervisor, 'lines'>, event: string): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['event'] === event);
}
