import { DEFAULT_ADMIN_KEY, DEFAULT_API_KEY, type Settings } from './settings.ts';
import type { SupervisorOptions } from './supervise.ts';
import { loadPolicy } from './triage/load-policy.ts';
import type { TriageOptions } from './triage/triage-ports.ts';

/** Some seconds of work. */
const PLAN_LOOKS = 250_000;

/** How the supervisor behaves by its settings. Throws when the policy file cannot be used (any more). */
export function supervisorOptions(settings: Settings): SupervisorOptions {
  return {
    apiKeys: {
      user: settings.NEXUS_API_KEY,
      admin: settings.ADMIN_API_KEY,
      agent: settings.AGENT_API_KEY,
      loopbackOnly: [DEFAULT_API_KEY, DEFAULT_ADMIN_KEY],
    },
    callback: {
      policy: {
        maxSkewSeconds: settings.CALLBACK_MAX_SKEW_SECONDS,
        replayProtection: settings.CALLBACK_REPLAY_PROTECTION_ENABLED,
        allowBodyOnly: settings.CALLBACK_SIGNATURE_ALLOW_LEGACY_BODY_ONLY,
        keyIdHeader: settings.CALLBACK_SIGNATURE_KEY_ID_HEADER,
      },
      // A value that is forgotten while its timestamp is still good could be used twice.
      nonceTtlSeconds: Math.max(settings.CALLBACK_NONCE_TTL_SECONDS, 2 * settings.CALLBACK_MAX_SKEW_SECONDS),
    },
    retryDelays: settings.RETRY_DELAYS_SECONDS,
    retryQueuePrefix: settings.RETRY_QUEUE_PREFIX,
    triage: triageOptions(settings),
    maxFileBytes: settings.FILE_MAX_BYTES,
    maxStreams: settings.EVENT_STREAMS_MAX,
  };
}

function triageOptions(settings: Settings): TriageOptions {
  const loaded = loadPolicy(settings);
  if (!loaded.ok) throw new Error(`The policy file TRIAGE_POLICY_FILE cannot be used: ${loaded.problems.join('; ')}.`);
  return {
    policy: loaded.policy,
    enforceAlarm: settings.ENFORCE_ALARM_NO_REQUEUE,
    parkLabels: { dlq: settings.DLQ_QUEUE, hold: settings.HOLD_QUEUE, alarm: settings.ALARM_QUEUE },
    applyMaxAgeSeconds: settings.DLQ_APPLY_MAX_AGE_SECONDS,
    applyEverySeconds: settings.DLQ_APPLY_EVERY_SECONDS,
    planLooks: PLAN_LOOKS,
    runbookBaseUrl: settings.RUNBOOK_BASE_URL,
  };
}
