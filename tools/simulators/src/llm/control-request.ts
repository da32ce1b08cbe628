import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, listOf, parseJson } from './json-value.ts';
import type { LlmSimulator } from './llm-simulator.ts';
import { checkFault } from './parse-fault.ts';
import { isSimulatedProvider, SIMULATED_PROVIDERS } from './simulated-provider.ts';

interface ControlRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly text: string;
}

type Simulator = Pick<LlmSimulator, 'script' | 'always' | 'hits' | 'hitCount' | 'reset' | 'bases'>;

const HELP =
  'GET /_hits[?provider=openai], POST /_script {"provider":"openai","faults":[…],"always":{…}}, POST /_reset';
const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key'];

/**
 * The control paths for scripts in other languages. POST wants application/json: a web page cannot send that here
 * without being asked first. Credentials are shown as fingerprints only.
 */
export function controlRequest(simulator: Simulator, { request, response, url, text }: ControlRequest): void {
  const { status, body } = answerOf(simulator, { operation: `${request.method} ${url.pathname}`, request, url, text });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Operation extends Omit<ControlRequest, 'response'> {
  readonly operation: string;
}

function answerOf(simulator: Simulator, { operation, request, url, text }: Operation): Reply {
  if (operation === 'GET /') return { status: 200, body: { bases: simulator.bases, control: HELP } };
  if (operation === 'GET /_hits') return listHits(simulator, url.searchParams.get('provider'));
  if (request.method !== 'POST' || !['/_script', '/_reset'].includes(url.pathname))
    return failed(404, `there is no such path; ${HELP}`);
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return failed(415, 'send content-type: application/json.');
  if (operation === 'POST /_reset') {
    simulator.reset();
    return { status: 200, body: { reset: true } };
  }
  return script(simulator, parseJson(text));
}

function listHits(simulator: Simulator, provider: string | null): Reply {
  if (provider !== null && !isSimulatedProvider(provider))
    return failed(400, `providers are ${SIMULATED_PROVIDERS.join(', ')}.`);
  const names = provider === null ? SIMULATED_PROVIDERS : [provider];
  const hits = names
    .flatMap((name) => simulator.hits(name))
    .map((hit) => ({ ...hit, headers: withoutSecrets(hit.headers) }));
  return {
    status: 200,
    body: { counts: Object.fromEntries(names.map((name) => [name, simulator.hitCount(name)])), hits },
  };
}

/** Nothing is changed unless all of it is right. `always: null` takes the habit away. */
function script(simulator: Simulator, body: unknown): Reply {
  if (!isObject(body) || !isSimulatedProvider(body['provider']))
    return failed(400, `the body is ${HELP}; providers are ${SIMULATED_PROVIDERS.join(', ')}.`);
  const { provider, always } = body;
  try {
    const faults = listOf(body['faults']).map((fault) => checkFault(fault, provider));
    if (always !== undefined) simulator.always(provider, always === null ? undefined : checkFault(always, provider));
    simulator.script(provider, faults);
    return { status: 200, body: { provider, scripted: faults.length } };
  } catch (error) {
    return failed(400, error instanceof Error ? error.message : String(error));
  }
}

function failed(status: number, message: string): Reply {
  return { status, body: { error: message } };
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, CREDENTIALS.includes(name) ? fingerprint(value) : value]),
  );
}

/** Of the key alone, without the word Bearer: the same a key has in Nexus' logs. */
function fingerprint(value: string): string {
  return `sha256:${createHash('sha256')
    .update(value.replace(/^Bearer /u, ''))
    .digest('hex')
    .slice(0, 12)}`;
}
