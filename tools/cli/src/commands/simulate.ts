import { once } from 'node:events';
import { parseArgs } from 'node:util';
import {
  FAULT_KINDS,
  isSimulatedProvider,
  type LlmSimulator,
  parseFault,
  SIMULATED_PROVIDERS,
  type SimulatedProvider,
  startLlmSimulator,
} from '@nexus/simulators';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { untilToldToStop } from '../stack/until-told-to-stop.ts';

export const summary = 'answer as the model providers do, without key and network';

export const usage = `Usage: npx nexus simulate llm [--port 8090] [--fault PROVIDER=FAULT ...] [--json]

Runs the APIs of ${SIMULATED_PROVIDERS.join(', ')} on 127.0.0.1 until Ctrl-C,
each in its own wire format, streaming included. There is no model behind them: an answer repeats the last message,
a JSON answer is a small document that fits the schema that was sent, and a tool is called when the last message
says "call the tool".

  --port N                 loopback port (8090; 0 takes a free one)
  --fault PROVIDER=FAULT   what the provider always does; may be repeated for other providers
  --json                   address and environment as one JSON document on stdout

Try it: copy the printed lines into another terminal, then npm start there.

Examples
  npx nexus simulate llm
  npx nexus simulate llm --fault gemini=overloaded --fault openai=slow:500
  npx nexus simulate llm --fault anthropic='{"kind":"throttled","seconds":30,"as":"date"}'

Faults (those with a value: slow:MS, text:REPLY, status:CODE, throttled:SECONDS, cutStreamAfter:EVENTS ...)
${faultLines()}

While it runs
  curl 'http://127.0.0.1:8090/_hits?provider=openai'
  curl http://127.0.0.1:8090/_script -H 'content-type: application/json' \\
       -d '{"provider":"openai","faults":[{"kind":"noMoney"},{"kind":"hang"}]}'     the next requests, one each
  curl http://127.0.0.1:8090/_reset -H 'content-type: application/json' -d '{}'
`;

/** Where each provider's address and key are read from. */
const PREFIXES: Readonly<Record<SimulatedProvider, string>> = {
  gemini: 'GEMINI',
  openai: 'OPENAI',
  anthropic: 'ANTHROPIC',
  glm: 'GLM',
  'openai-compatible': 'OPENAI_COMPATIBLE',
};

/** Any key will do; a word that could stand in a text would be masked in the logs everywhere. */
const KEY = 'simulated-key';

const OPTIONS = {
  port: { type: 'string', default: '8090' },
  fault: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

/** Stays until Ctrl-C. Exit status 0 then; 2 when the options are wrong or the port is taken. */
export async function run(words: readonly string[], { environment }: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  if (positionals.length !== 1 || positionals[0] !== 'llm') {
    throw failureWithCode('BAD_OPTIONS', 'say what to simulate: npx nexus simulate llm. --help tells the options.');
  }
  const port = portOf(values.port);
  const faults = (values.fault ?? []).map(faultOf);
  const simulator = await start(port);
  const signal = untilToldToStop(environment['NEXUS_LAUNCHER_PID']);
  for (const { provider, fault } of faults) simulator.always(provider, fault);
  process.stdout.write(values.json ? asJson(simulator) : asLines(simulator));
  process.stderr.write(`Simulated providers are ready on ${simulator.url}. Ctrl-C stops them.\n`);
  if (!signal.aborted) await once(signal, 'abort');
  await simulator.close();
  return 0;
}

async function start(port: number): Promise<LlmSimulator> {
  try {
    return await startLlmSimulator({ port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const advice = 'Stop what uses it, or take another with --port (0 takes a free one).';
    throw failureWithCode('PORT_TAKEN', `port ${port} on 127.0.0.1 is taken. ${advice}`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port <= 65_535) return port;
  throw failureWithCode('BAD_OPTIONS', `--port is a number from 0 to 65535, not ${JSON.stringify(text)}.`);
}

function faultOf(text: string): { provider: SimulatedProvider; fault: ReturnType<typeof parseFault> } {
  const equals = text.indexOf('=');
  const provider = text.slice(0, Math.max(0, equals));
  if (!isSimulatedProvider(provider)) {
    const example = '--fault openai=overloaded';
    throw failureWithCode(
      'BAD_OPTIONS',
      `--fault ${JSON.stringify(text)} names no provider. Write it like ${example}; providers are ${SIMULATED_PROVIDERS.join(', ')}.`,
    );
  }
  return { provider, fault: parseFault(text.slice(equals + 1), provider) };
}

/** The settings that send Nexus here instead of to the providers. */
function environmentOf({ bases }: LlmSimulator): Record<string, string> {
  const pairs = SIMULATED_PROVIDERS.flatMap((provider) => [
    [`${PREFIXES[provider]}_API_BASE`, bases[provider]],
    [`${PREFIXES[provider]}_API_KEY`, KEY],
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function asJson(simulator: LlmSimulator): string {
  const { url, port } = simulator;
  return `${JSON.stringify({ url, port, environment: environmentOf(simulator) })}\n`;
}

/** Lines for a shell; nothing in them needs quotes. */
function asLines(simulator: LlmSimulator): string {
  const lines = Object.entries(environmentOf(simulator)).map(([name, value]) => `export ${name}=${value}\n`);
  return lines.join('');
}

/** The names of the faults, in lines of the width of this help. */
function faultLines(): string {
  const lines = FAULT_KINDS.reduce<string[]>(
    (done, kind) => {
      const last = done.at(-1) ?? '';
      const next = last === '' ? `  ${kind}` : `${last}, ${kind}`;
      return next.length > 110 ? [...done.with(-1, `${last},`), `  ${kind}`] : done.with(-1, next);
    },
    [''],
  );
  return lines.join('\n');
}
