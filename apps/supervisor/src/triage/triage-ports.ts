import type { Park } from '@nexus/contracts';
import type { Clock, Logger } from '@nexus/runtime';
import type { DeadLetters } from '@nexus/task-queue';
import type { Alerts } from '../alerts/alerts.ts';
import type { MetricHandles } from '../metrics.ts';
import type { Wait } from '../task/task-events.ts';
import type { PolicyInForce } from './verdicts.ts';

/** How the supervisor treats dead letters. */
export type TriageOptions = PolicyInForce & {
  /** Names of the parks in logs. */
  parkLabels: Readonly<Record<Park, string>>;
  /** Letters older than this are passed over by apply. */
  applyMaxAgeSeconds: number;
  /** Interval of the scheduled apply; 0 = none. */
  applyEverySeconds: number;
  /** Letters that the plan of an operation looks at, at most: the answer has to come in time. The operation has no such bound. */
  planLooks: number;
  /** Where runbooks are served; empty = short hints. */
  runbookBaseUrl: string;
};

/** What everything about dead letters works with. */
export type TriagePorts = TriageOptions & {
  letters: DeadLetters;
  alerts: Pick<Alerts, 'deliverNow'>;
  metrics: MetricHandles;
  logger: Logger;
  now: Clock;
  newId: () => string;
  wait: Wait;
  /** Aborted when the process shuts down. */
  closing: AbortSignal;
};

/** Who asks, as audit records name them. */
export type Actor = { by: string; reason?: string | undefined };
