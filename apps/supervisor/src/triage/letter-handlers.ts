import type { Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import { UNPARSABLE_GROUP } from '@nexus/task-queue';
import { actorOf } from '../task/task-ports.ts';
import { countBy, countTriage, letterStats, sumOf } from './count-letters.ts';
import { alarmReply, applyReply, readingCounts, routeReply } from './letter-replies.ts';
import { callOf, moveLetters } from './move-letters.ts';
import { applyOrder, filterOf, purgeOrder, relabelOrder, requeueOrder } from './move-orders.ts';
import { peekLetters } from './peek-letters.ts';
import { purgeLetters, requeueLetters } from './requeue-letters.ts';
import type { TriagePorts } from './triage-ports.ts';

type LetterRoutes = Pick<
  Routes,
  'dlqPeek' | 'dlqStats' | 'dlqTriage' | 'dlqRequeue' | 'dlqPurge' | 'dlqRoute' | 'dlqAlarm' | 'dlqApply'
>;

/** Looking at dead letters and moving a bounded number of them. */
export function createLetterHandlers(ports: TriagePorts): Handlers<LetterRoutes> {
  const { letters, policy } = ports;
  return {
    dlqPeek: ({ query, credential }) => peekLetters(ports, 'dlq', { query, by: actorOf(credential) }),

    async dlqStats({ query }) {
      return { status: 200, body: letterStats(await letters.causes('dlq', filterOf(query))) };
    },

    async dlqTriage({ query }) {
      const causes = await letters.causes('dlq', filterOf(query));
      const options = { letters, park: 'dlq', policy, sample: query.sample, now: ports.now() } as const;
      const { counts, scanned, total, truncated } = await countTriage(causes, options);
      const errors = sumOf(causes.filter(({ group }) => group === UNPARSABLE_GROUP));
      const by_failure_code = countBy(causes, ({ failure_code }) => failure_code);
      return {
        status: 200,
        body: { scanned, counts, by_failure_code, ...readingCounts({ total, truncated, errors }) },
      };
    },

    async dlqRequeue({ query, credential }) {
      return requeueLetters(ports, callOf(requeueOrder('dlqRequeue', 'dlq', query), query, credential));
    },

    async dlqPurge({ query, credential }) {
      return purgeLetters(ports, callOf(purgeOrder('dlqPurge', 'dlq', query), query, credential));
    },

    async dlqRoute({ query, credential }) {
      const outcome = await moveLetters(ports, callOf(relabelOrder('dlqRoute', 'hold', query), query, credential));
      return 'problem' in outcome ? outcome : routeReply(outcome);
    },

    async dlqAlarm({ query, credential }) {
      const outcome = await moveLetters(ports, callOf(relabelOrder('dlqAlarm', 'alarm', query), query, credential));
      return 'problem' in outcome ? outcome : alarmReply(outcome);
    },

    async dlqApply({ query, credential }) {
      const outcome = await moveLetters(ports, callOf(applyOrder(query, ports.applyMaxAgeSeconds), query, credential));
      return 'problem' in outcome ? outcome : applyReply(outcome);
    },
  };
}
