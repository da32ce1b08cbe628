import type { Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import { UNPARSABLE_GROUP, type GroupRecord } from '@nexus/task-queue';
import { comparePolicies, readPolicyFile } from '@nexus/triage-policy';
import { actorOf } from '../task/task-ports.ts';
import { countTriage, sumOf } from './count-letters.ts';
import { groupCauses, groupState, groupView, type LetterGroup } from './letter-groups.ts';
import { filterOf } from './move-orders.ts';
import type { TriagePorts } from './triage-ports.ts';

type GroupRoutes = Pick<Routes, 'dlqGroups' | 'dlqSetGroupState' | 'dlqWhatIf'>;

/** Letters by cause, what people made of the causes, and what another policy would make of them. */
export function createGroupHandlers(ports: TriagePorts): Handlers<GroupRoutes> {
  const { letters, policy, logger } = ports;
  return {
    async dlqGroups({ query }) {
      const found = groupCauses(await letters.causes(query.park, filterOf(query)));
      // Without a filter by state only the states of the groups that are shown have to be known.
      const shown = query.state === undefined ? found.slice(0, query.limit) : found;
      const samplesOf = (groups: LetterGroup[]) =>
        letters.newest(
          query.park,
          groups.map(({ largest }) => largest),
        );
      const [records, shownSamples] = await Promise.all([
        recordsOf(ports, shown),
        query.state === undefined ? samplesOf(shown) : undefined,
      ]);
      const matching = query.state === undefined ? found : found.filter((group) => stateOf(group) === query.state);
      const items = matching.slice(0, query.limit);
      const samples = shownSamples ?? (await samplesOf(items));
      return {
        status: 200,
        body: {
          total: sumOf(matching),
          groups: matching.length,
          truncated: matching.length > items.length,
          items: items.map((group, at) => viewOf(group, samples[at])),
        },
      };

      function stateOf({ group }: LetterGroup): string {
        return groupState(group, records.get(group)).state;
      }
      function viewOf(group: LetterGroup, sample: (typeof samples)[number]) {
        const { runbookBaseUrl } = ports;
        const record = records.get(group.group);
        return groupView(group, { policy, runbookBaseUrl, sample, record, now: ports.now() });
      }
    },

    async dlqSetGroupState({ params, body, credential }) {
      const by = actorOf(credential);
      const { state, reason } = body;
      const record = await letters.groups.setState(params.group, { state, by, reason });
      if (record === undefined)
        return { problem: 'NOT_FOUND', message: 'no letter ever had this group; GET /dlq/groups lists the groups' };
      const facts = { group: record.group, state, by, ...(reason === undefined ? {} : { reason }) };
      logger.info('State of a group set', { event: 'GROUP_STATE', failure_code: record.failure_code, ...facts });
      return { status: 200, body: groupState(record.group, record) };
    },

    async dlqWhatIf({ body }) {
      const changed = readPolicyFile(body.policy, policy);
      if (!changed.ok) {
        const [first] = changed.problems;
        const message = `the policy cannot be used: ${first?.path || 'the file'} ${first?.message}`;
        return { problem: 'PAYLOAD_INVALID', message, detail: { issues: changed.problems.slice(0, 50) } };
      }
      const { park, sample } = body;
      const causes = await letters.causes(park, {});
      const readable = causes.filter(({ group }) => group !== UNPARSABLE_GROUP);
      const options = { letters, park, sample, now: ports.now() };
      const before = await countTriage(causes, { ...options, policy });
      const after = await countTriage(causes, { ...options, policy: changed.policy });
      const changes = comparePolicies(readable, policy, changed.policy).map(({ cause, ...difference }) => {
        const { failure_code, task_type, group, requeues } = cause;
        return { failure_code, task_type, group, requeues, ...difference };
      });
      return {
        status: 200,
        body: {
          total: before.total,
          scanned: Math.min(before.scanned, after.scanned),
          truncated: before.truncated || after.truncated,
          before: before.counts,
          after: after.counts,
          changes: changes.sort((left, right) => right.count - left.count),
        },
      };
    },
  };
}

async function recordsOf({ letters }: TriagePorts, groups: LetterGroup[]): Promise<Map<string, GroupRecord>> {
  const records = await letters.groups.read(groups.map(({ group }) => group));
  return new Map(records.map((record) => [record.group, record]));
}
