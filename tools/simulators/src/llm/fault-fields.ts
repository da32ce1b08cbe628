import type { Fault, FaultKind } from './fault.ts';

/** What a field of a fault holds; `?` where it may be left out. */
export type FieldType = 'number' | 'number?' | 'text' | 'text?' | 'object' | 'object?' | 'any?' | 'fault?';

/** The fields of every kind of fault; the first is the one `kind:value` sets. */
export const FAULT_FIELDS: Readonly<Record<FaultKind, Readonly<Record<string, FieldType>>>> = {
  status: { code: 'number', body: 'any?', headers: 'object?' },
  throttled: { seconds: 'number?', as: 'text?' },
  rampLimit: { seconds: 'number?' },
  quotaPerDay: {},
  noMoney: {},
  badKey: {},
  badRequest: { message: 'text?', parameter: 'text?' },
  contextTooLong: {},
  modelMissing: {},
  overloaded: {},
  serverError: {},
  timedOut: {},
  glmCode: { code: 'text' },
  text: { reply: 'text' },
  usage: { over: 'object' },
  noUsage: {},
  usageNever: {},
  usageLastChunkOnly: {},
  usageEveryChunk: {},
  emptyAnswer: {},
  refusal: {},
  blocked: {},
  safetyStop: {},
  truncated: { reply: 'text?' },
  thinkingOnly: {},
  networkErrorFinish: {},
  html200: {},
  errorIn200: { error: 'fault?' },
  brokenJson: {},
  hang: {},
  slow: { ms: 'number', then: 'fault?' },
  slowStream: { ms: 'number' },
  cutSocketMidBody: {},
  cutStreamAfter: { events: 'number' },
  hangStreamAfter: { events: 'number' },
  cleanEofWithoutMarker: {},
  errorAfterFirstEvent: { events: 'number?', error: 'fault?' },
  gluedFrame: {},
  pingFlood: { count: 'number?' },
  dribble: {},
};

/** Every kind of fault, by name. */
export const FAULT_KINDS = Object.keys(FAULT_FIELDS) as readonly Fault['kind'][];
