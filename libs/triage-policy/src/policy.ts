/** What is to become of a dead letter. */
export const TRIAGE_ACTIONS = ['requeue', 'hold', 'alarm', 'ignore'] as const;
export type TriageAction = (typeof TRIAGE_ACTIONS)[number];

/** What the operator configured: lists of failure codes. They come before every heuristic, also when they contradict it. */
export type TriagePolicy = {
  holdCodes: readonly string[];
  alarmCodes: readonly string[];
  requeueCodes: readonly string[];
};

/** The lists of a system nobody has configured. An explicitly empty list stays empty: the heuristics then decide. */
export const defaultTriagePolicy: TriagePolicy = {
  holdCodes: ['SCHEMA_PARSE_ERROR', 'SCHEMA_VALIDATION_ERROR', 'SCHEMA_REPAIR_FAILED'],
  alarmCodes: ['PROVIDER_AUTH_ERROR', 'PROVIDER_DISABLED'],
  requeueCodes: ['PROVIDER_TIMEOUT', 'PROVIDER_UPSTREAM_ERROR', 'PROVIDER_RATE_LIMIT'],
};
