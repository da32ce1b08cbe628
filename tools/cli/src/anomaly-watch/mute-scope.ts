import { SCOPE_KINDS } from '@nexus/finops';
import { createAnomalyStore } from '@nexus/finops-ledger';
import { failureWithCode } from '../failure-with-code.ts';
import { inertText } from '../letters/inert-text.ts';
import type { Redis } from './open-sources.ts';
import type { WatchContext } from './watch-context.ts';

const LONGEST_SCOPE = 500;

/** Mutes or unmutes a scope, for people who know why it spends. Exit status 1 when there was nothing to unmute. */
export async function muteScope(context: WatchContext, redis: Redis | undefined): Promise<number> {
  const { options, words, console, now } = context;
  if (redis === undefined) {
    throw failureWithCode('OPTION_INVALID', '--mute and --unmute need Redis: set REDIS_URL.');
  }
  const store = createAnomalyStore(redis);
  const scope = checkedScope(options.mute ?? options.unmute ?? '');
  const shown = inertText(scope);
  if (options.mute === undefined) {
    const was = await store.unmute(scope);
    console.result(`${was ? words.unmuted(shown) : words.notMuted(shown)}\n`);
    return was ? 0 : 1;
  }
  const until = Math.floor(now() / 1000) + options.hours * 3600;
  await store.mute(scope, until);
  console.result(`${words.muted(shown, new Date(until * 1000).toISOString())}\n`);
  return 0;
}

function checkedScope(scope: string): string {
  const kind = SCOPE_KINDS.find((each) => (each === 'total' ? scope === each : scope.startsWith(`${each}:`)));
  if (kind !== undefined && scope.length <= LONGEST_SCOPE) return scope;
  const examples = 'total, team:ops, project:ops/chat, provider:openai, model:openai/gpt-5.2 or purpose:ops';
  throw failureWithCode(
    'OPTION_INVALID',
    `${JSON.stringify(inertText(scope))} is no scope; write it like ${examples}.`,
  );
}
