/** How loudly a failure of this code should be told when it is final. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * Where the cause lies: `ours` = the platform's or an agent's code and configuration, `caller` = what the client sent or
 * asked for, `provider` = a service outside, `platform` = the machines and processes underneath.
 */
export const BLAMES = ['ours', 'caller', 'provider', 'platform'] as const;
export type Blame = (typeof BLAMES)[number];

/** One line of the table. `en` and `ko` say what happened in one sentence, for people. */
export type FailureCodeEntry = { retryable: boolean; severity: Severity; blame: Blame; en: string; ko: string };

/**
 * THE table of failure codes. A new code is one line here; its triage follows from the heuristics of triage-policy or
 * from the configured lists, its runbook is the page named by {@link runbookSlug}.
 */
// prettier-ignore
export const failureCodes = {
  SCHEMA_PARSE_ERROR: { retryable: true, severity: 'warning', blame: 'provider', en: 'The answer is not one JSON object.', ko: '응답이 하나의 JSON 객체가 아닙니다.' },
  SCHEMA_VALIDATION_ERROR: { retryable: true, severity: 'warning', blame: 'provider', en: 'The answer breaks its schema.', ko: '응답이 스키마에 맞지 않습니다.' },
  SCHEMA_REPAIR_FAILED: { retryable: false, severity: 'warning', blame: 'provider', en: 'The answer could not be repaired into its schema.', ko: '응답을 스키마에 맞게 복구하지 못했습니다.' },
  PROVIDER_DISABLED: { retryable: false, severity: 'critical', blame: 'ours', en: 'No provider is usable with this configuration.', ko: '현재 설정으로 사용할 수 있는 공급자가 없습니다.' },
  PROVIDER_TIMEOUT: { retryable: true, severity: 'warning', blame: 'provider', en: 'The other side did not answer in time.', ko: '상대 서비스가 제시간에 응답하지 않았습니다.' },
  PROVIDER_AUTH_ERROR: { retryable: false, severity: 'critical', blame: 'ours', en: 'The other side refused the key.', ko: '상대 서비스가 키를 거부했습니다.' },
  PROVIDER_RATE_LIMIT: { retryable: true, severity: 'warning', blame: 'provider', en: 'Too many requests: a provider or our own limiter refused.', ko: '요청이 너무 많아 공급자 또는 자체 제한기가 거부했습니다.' },
  PROVIDER_UPSTREAM_ERROR: { retryable: true, severity: 'warning', blame: 'provider', en: 'The other side failed, broke off or could not be reached.', ko: '상대 서비스가 실패했거나 연결이 끊겼거나 연결할 수 없습니다.' },
  INTERNAL_ERROR: { retryable: true, severity: 'critical', blame: 'ours', en: 'A fault of our own.', ko: '내부 오류입니다.' },
  UNKNOWN: { retryable: true, severity: 'warning', blame: 'ours', en: 'A failure nobody has classified.', ko: '분류되지 않은 실패입니다.' },
  WORKER_LOST: { retryable: false, severity: 'critical', blame: 'platform', en: 'The worker died or stalled too often while it held the task.', ko: '작업을 처리하던 워커가 너무 자주 종료되거나 멈췄습니다.' },
  PAYLOAD_INVALID: { retryable: false, severity: 'warning', blame: 'caller', en: 'The payload cannot be used.', ko: '요청 내용을 사용할 수 없습니다.' },
  UNKNOWN_TASK_TYPE: { retryable: false, severity: 'warning', blame: 'caller', en: 'No agent handles this type of task.', ko: '이 유형의 작업을 처리하는 에이전트가 없습니다.' },
  BUDGET_EXCEEDED: { retryable: false, severity: 'critical', blame: 'caller', en: 'The daily budget is used up.', ko: '일일 예산을 모두 사용했습니다.' },
  CALLBACK_FAILED: { retryable: true, severity: 'warning', blame: 'platform', en: 'The final report could not be delivered.', ko: '최종 보고를 전달하지 못했습니다.' },
  DELIVERY_FAILED: { retryable: true, severity: 'warning', blame: 'provider', en: 'The message was certainly not delivered.', ko: '메시지가 전달되지 않은 것이 확실합니다.' },
  DELIVERY_UNCERTAIN: { retryable: false, severity: 'critical', blame: 'provider', en: 'The message may have been delivered and must not be sent again.', ko: '메시지가 전달되었을 수 있으므로 다시 보내면 안 됩니다.' },
  CANCELLED: { retryable: false, severity: 'info', blame: 'caller', en: 'Stopped on request.', ko: '요청에 따라 중단되었습니다.' },
} as const satisfies Record<string, FailureCodeEntry>;

export type FailureCode = keyof typeof failureCodes;

/** Every code, in the order of the table. */
export const FAILURE_CODES = Object.keys(failureCodes) as FailureCode[];

/** True for a code of the table; own properties only, so `toString` is not a code. */
export function isFailureCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && Object.hasOwn(failureCodes, value);
}

/** May a task that failed with this code be tried again without anybody looking at it? */
export function isRetryable(code: FailureCode): boolean {
  return failureCodes[code].retryable;
}

/** Name of the runbook page of a code, e.g. `provider-timeout`. */
export function runbookSlug(code: FailureCode): string {
  return code.toLowerCase().replaceAll('_', '-');
}
