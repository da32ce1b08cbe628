/** What is to become of a dead letter. */
export const TRIAGE_ACTIONS = ['requeue', 'hold', 'alarm', 'ignore'] as const;
export type TriageAction = (typeof TRIAGE_ACTIONS)[number];

/** May letters be requeued? `confirm` = only when a person says so, `forbidden` = never. In the order of strictness. */
export const REQUEUE_RULES = ['allowed', 'confirm', 'forbidden'] as const;
export type RequeueRule = (typeof REQUEUE_RULES)[number];

/**
 * A rule of the policy file. Everything given in `match` must hold; of a list, one entry. Bounds are inclusive, ages in
 * seconds since the failure. Codes are compared without regard to case, types and groups exactly. An empty `match` holds
 * for every letter. `name` is what decisions call the rule.
 */
export type PolicyRule = {
  name: string;
  match: {
    failure_code?: readonly string[];
    task_type?: readonly string[];
    group?: readonly string[];
    age?: { min_seconds?: number; max_seconds?: number };
    attempts?: { min?: number; max?: number };
    requeues?: { min?: number; max?: number };
  };
  action: TriageAction;
  /** One sentence for people, used as it stands. */
  reason?: string;
};

/**
 * What the operator configured. Order of a decision: `rules`, the three lists of failure codes (hold, alarm, requeue),
 * heuristics, ignore; then `requeue` and `requeueLimit` may turn a requeue into a hold. Made by `readPolicyFile`, or by
 * hand from {@link defaultTriagePolicy}.
 */
export type TriagePolicy = {
  holdCodes: readonly string[];
  alarmCodes: readonly string[];
  requeueCodes: readonly string[];
  rules: readonly PolicyRule[];
  /** The stricter one of type and code holds; `default` where neither is named. */
  requeue: {
    default: RequeueRule;
    byTaskType: Readonly<Record<string, RequeueRule>>;
    byFailureCode: Readonly<Record<string, RequeueRule>>;
  };
  /** A letter requeued this often before is not requeued again without a person. 0 = no automatic requeue at all. */
  requeueLimit: number;
};

/** The policy of a system nobody has configured. An explicitly empty list stays empty: the heuristics then decide. */
export const defaultTriagePolicy: TriagePolicy = {
  holdCodes: ['SCHEMA_PARSE_ERROR', 'SCHEMA_VALIDATION_ERROR', 'SCHEMA_REPAIR_FAILED'],
  alarmCodes: ['PROVIDER_AUTH_ERROR', 'PROVIDER_DISABLED'],
  requeueCodes: ['PROVIDER_TIMEOUT', 'PROVIDER_UPSTREAM_ERROR', 'PROVIDER_RATE_LIMIT'],
  rules: [],
  // A person may have been messaged already: a second message needs somebody who asked the provider first.
  requeue: { default: 'allowed', byTaskType: {}, byFailureCode: { DELIVERY_UNCERTAIN: 'confirm' } },
  requeueLimit: 5,
};
