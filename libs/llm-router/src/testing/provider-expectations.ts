import type { Fault } from '@nexus/simulators';
import type { ProviderName } from '../model.ts';
import type { Billed, FailureKind } from '../provider-failure.ts';

/** What a fault must become. `retryAfterSeconds` undefined = none may be told; left out = not looked at. */
export type Expected = {
  kind: FailureKind;
  billed: Billed['state'];
  retryAfterSeconds?: number | undefined;
};

/** A fault, what it becomes with most providers, and where another provider's wire makes it something else. */
export type Expectation = {
  fault: Fault;
  expected: Expected;
  except?: Partial<Record<ProviderName, Expected>>;
  /** The providers whose wire has the fault; all by default. */
  only?: readonly ProviderName[];
  /** Left out: calls and streams alike. */
  mode?: 'whole' | 'stream';
};

/** The instant the suite tells the providers and the simulator. */
export const NOW = Date.parse('2026-11-22T08:00:00Z');
const DAY = 86_400;

const throttled: Expected = { kind: 'throttled', billed: 'no', retryAfterSeconds: 2 };
const outage: Expected = { kind: 'outage', billed: 'no' };
const uncertain: Expected = { kind: 'outage', billed: 'unknown' };
const empty: Expected = { kind: 'empty', billed: 'yes' };
const refused: Expected = { kind: 'refused', billed: 'yes' };

/** Every fault by which no answer may come of a call, in the words of provider-failure.ts. */
export const expectations: readonly Expectation[] = [
  {
    fault: { kind: 'throttled' },
    expected: throttled,
    except: {
      gemini: { ...throttled, retryAfterSeconds: 2.838 },
      glm: { ...throttled, retryAfterSeconds: undefined },
    },
  },
  ...headerThrottles(),
  {
    fault: { kind: 'throttled', as: 'none' },
    expected: { ...throttled, retryAfterSeconds: undefined },
    // Its own headers tell when the used-up limit is new.
    except: { openai: throttled },
  },
  {
    fault: { kind: 'rampLimit', seconds: 9 },
    expected: { ...throttled, retryAfterSeconds: 9 },
    except: {
      gemini: { ...throttled, retryAfterSeconds: 9.838 },
      glm: { ...throttled, retryAfterSeconds: undefined },
      'openai-compatible': { ...throttled, retryAfterSeconds: undefined },
    },
  },
  {
    fault: { kind: 'quotaPerDay' },
    // Midnight in California is 08:00 UTC in winter: at NOW a new day has just begun there.
    expected: { kind: 'quota', billed: 'no', retryAfterSeconds: DAY },
    except: {
      openai: { kind: 'quota', billed: 'no', retryAfterSeconds: 432 },
      anthropic: { kind: 'quota', billed: 'no', retryAfterSeconds: 28_800 },
      glm: { kind: 'quota', billed: 'no', retryAfterSeconds: 18_000 },
      'openai-compatible': { kind: 'throttled', billed: 'no' },
    },
  },
  {
    fault: { kind: 'noMoney' },
    expected: { kind: 'no_money', billed: 'no', retryAfterSeconds: undefined },
    except: { 'openai-compatible': { kind: 'throttled', billed: 'no' } },
  },
  { fault: { kind: 'badKey' }, expected: { kind: 'auth', billed: 'no', retryAfterSeconds: undefined } },
  { fault: { kind: 'badRequest' }, expected: { kind: 'bad_request', billed: 'no' } },
  { fault: { kind: 'contextTooLong' }, expected: { kind: 'bad_request', billed: 'no' } },
  { fault: { kind: 'modelMissing' }, expected: { kind: 'model_missing', billed: 'no' } },
  { fault: { kind: 'overloaded' }, expected: outage },
  { fault: { kind: 'serverError' }, expected: outage },
  { fault: { kind: 'timedOut' }, expected: uncertain },
  { fault: { kind: 'status', code: 418 }, expected: outage },
  { fault: { kind: 'status', code: 502, body: '<html>Bad gateway</html>' }, expected: outage },
  { fault: { kind: 'status', code: 307, headers: { location: 'http://127.0.0.1:1/' } }, expected: outage },
  { fault: { kind: 'html200' }, expected: outage },
  { fault: { kind: 'errorIn200' }, expected: outage },
  { fault: { kind: 'status', code: 200, body: '' }, expected: outage },
  { fault: { kind: 'status', code: 200, body: '"a string"' }, expected: outage },
  { fault: { kind: 'status', code: 200, body: { model: 'x' } }, expected: uncertain },
  { fault: { kind: 'brokenJson' }, expected: uncertain },
  { fault: { kind: 'cutSocketMidBody' }, expected: uncertain },
  { fault: { kind: 'cutStreamAfter', events: 2 }, expected: uncertain },
  { fault: { kind: 'cleanEofWithoutMarker' }, expected: uncertain },
  { fault: { kind: 'errorAfterFirstEvent' }, expected: outage, mode: 'whole' },
  { fault: { kind: 'gluedFrame' }, expected: uncertain, only: ['glm'], mode: 'stream' },
  { fault: { kind: 'emptyAnswer' }, expected: empty },
  { fault: { kind: 'text', reply: ' \n ' }, expected: empty },
  { fault: { kind: 'thinkingOnly' }, expected: empty },
  { fault: { kind: 'truncated', reply: '' }, expected: empty },
  { fault: { kind: 'refusal' }, expected: refused },
  { fault: { kind: 'safetyStop' }, expected: refused },
  {
    fault: { kind: 'blocked' },
    expected: { kind: 'refused', billed: 'no' },
    except: { gemini: refused, 'openai-compatible': refused },
  },
  { fault: { kind: 'networkErrorFinish' }, expected: { kind: 'outage', billed: 'yes' }, only: ['glm'] },
  ...glmCodes(),
];

/** Retry-After in every form, also past and absurd. */
function headerThrottles(): Expectation[] {
  const only = ['openai', 'anthropic', 'glm', 'openai-compatible'] as const;
  const forms = [
    { fault: { kind: 'throttled', as: 'milliseconds', seconds: 1.5 }, seconds: 1.5 },
    { fault: { kind: 'throttled', as: 'date', seconds: 30 }, seconds: 30 },
    { fault: { kind: 'throttled', as: 'date', seconds: -3600 }, seconds: 0 },
    { fault: { kind: 'throttled', as: 'seconds', seconds: 10_000_000 }, seconds: DAY },
  ] as const;
  return forms.map(({ fault, seconds }) => ({ fault, expected: { ...throttled, retryAfterSeconds: seconds }, only }));
}

function glmCodes(): Expectation[] {
  const codes = {
    1112: 'auth',
    1113: 'no_money',
    1211: 'model_missing',
    1234: 'outage',
    1301: 'refused',
    1302: 'throttled',
    1303: 'throttled',
    1305: 'outage',
    1313: 'auth',
  } as const;
  return Object.entries(codes).map(([code, kind]) => ({
    fault: { kind: 'status', code: 429, body: { error: { code, message: 'as documented' } } },
    expected: { kind, billed: 'no' },
    only: ['glm'],
  }));
}
