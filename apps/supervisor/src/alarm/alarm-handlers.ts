import type { Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import { actorOf } from '../task/task-ports.ts';
import { callOf } from '../triage/move-letters.ts';
import { purgeOrder, requeueOrder } from '../triage/move-orders.ts';
import { peekLetters } from '../triage/peek-letters.ts';
import { purgeLetters, requeueLetters } from '../triage/requeue-letters.ts';
import type { TriagePorts } from '../triage/triage-ports.ts';

type AlarmRoutes = Pick<Routes, 'alarmPeek' | 'alarmPurge' | 'alarmRequeue'>;

/** Letters that somebody was alerted about: looking, deleting, and sending back where the alarm policy allows it. */
export function createAlarmHandlers(ports: TriagePorts): Handlers<AlarmRoutes> {
  return {
    alarmPeek: ({ query, credential }) => peekLetters(ports, 'alarm', { query, by: actorOf(credential) }),
    alarmPurge: ({ query, credential }) =>
      purgeLetters(ports, callOf(purgeOrder('alarmPurge', 'alarm', query), query, credential)),
    alarmRequeue: ({ query, credential }) =>
      requeueLetters(ports, callOf(requeueOrder('alarmRequeue', 'alarm', query), query, credential)),
  };
}
