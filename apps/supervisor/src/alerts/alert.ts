/** Something operators are told. Text in it may come from users: the channel masks it and makes it inert. */
export type Alert = {
  /** Decides the address it goes to: `dlq_alarm` and `alarm`, `hold` and `dlq_hold`, anything else. */
  event: string;
  /** Facts for programs. Plain data. */
  payload: Record<string, unknown>;
  /** Alerts with the same key are told once in ALERT_DEDUPE_TTL_SECONDS; without a key each is told. */
  dedupe_key?: string;
  /** One sentence for people, not masked yet. */
  sentence: string;
  /** Stays the same over retries, so that a receiver can drop what it already has. Without dots. */
  id?: string;
};

/** What became of one delivery. `status_code` is null when there was no answer. `error` holds no address and no secret. */
export type AlertResult = { ok: boolean; status_code: number | null; error: string | null };

/**
 * Takes one alert to its receiver. One call is one try: the caller retries, and the same alert may come twice. Does not
 * reject for what a receiver does.
 */
export type AlertChannel = (alert: Alert) => Promise<AlertResult>;

/** The error of contract 5.4 when no address is configured for an event. It is final: there is nothing to retry. */
export const NOT_SET = 'not set';

/** True when the alert has nowhere to go. */
export function isNotSet(result: AlertResult): boolean {
  return !result.ok && result.status_code === null && result.error === NOT_SET;
}
