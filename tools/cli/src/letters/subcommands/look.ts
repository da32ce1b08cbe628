import { hint, present } from '../present.ts';
import { FILTER_OPTIONS } from '../letter-options.ts';
import { bodyOf, filterOf, given, type Subcommand } from '../subcommand.ts';
import { parkCalls } from '../park-calls.ts';
import { typedWords } from '../typed-words.ts';
import { statsView, triageView } from '../views/counts-view.ts';
import { groupsView } from '../views/groups-view.ts';
import { lettersView } from '../views/letters-view.ts';

/** How many letters there are, by code and by type. */
export const stats: Subcommand = {
  name: 'stats',
  summary: 'count letters by failure code and task type',
  options: [...FILTER_OPTIONS, 'sample'],
  examples: [
    ['stats', 'what is in the DLQ'],
    ['stats --task-type excel_kakao --json', 'for a script'],
  ],
  async run(call, context) {
    const query = { ...filterOf(call), ...given({ sample: call.values.sample }) };
    const answer = bodyOf(await context.client.dlqStats({ query }));
    present(answer, (style) => statsView(answer, style), { call, context });
    return answer.errors > 0 ? 1 : 0;
  },
};

/** Letters by cause. */
export const groups: Subcommand = {
  name: 'groups',
  summary: 'group letters by cause, largest first: the place to start',
  options: ['failure-code', 'task-type', 'park', 'state', 'limit'],
  notes:
    'Letters whose messages differ only in numbers, ids, times, paths and quoted values have one cause and are one group.',
  examples: [
    ['groups', 'what is wrong, worst first'],
    ['groups --park hold --state open', 'what waits in HOLD for a correction'],
  ],
  async run(call, context) {
    const { park, state, limit } = call.values;
    const { failure_code, task_type } = filterOf(call);
    const answer = bodyOf(
      await context.client.dlqGroups({ query: given({ failure_code, task_type, park, state, limit }) }),
    );
    present(answer, (style) => groupsView(answer, park ?? 'dlq', style), { call, context });
    const [largest] = answer.items;
    if (largest !== undefined) {
      const shown = `npx nexus ${park ?? 'dlq'} peek --group ${largest.group}`;
      hint(`\n${context.words.seeLetters(shown)}`, { call, context });
    }
    return 0;
  },
};

/** What triage says about the letters. */
export const triage: Subcommand = {
  name: 'triage',
  summary: 'count what triage would do with the letters, by the policy in force',
  options: [...FILTER_OPTIONS, 'sample'],
  examples: [['triage', 'how many would be requeued, held, alarmed, left']],
  async run(call, context) {
    const query = { ...filterOf(call), ...given({ sample: call.values.sample }) };
    const answer = bodyOf(await context.client.dlqTriage({ query }));
    present(answer, (style) => triageView(answer, style), { call, context });
    return answer.errors > 0 ? 1 : 0;
  },
};

/** The letters themselves, oldest first. */
export const peek: Subcommand = {
  name: 'peek',
  summary: 'look at letters, oldest first; one letter is shown in full',
  options: [...FILTER_OPTIONS, 'limit', 'cursor', 'reveal'],
  notes: 'Changes nothing. Messages are masked; --reveal shows them as they are, and the audit log says who looked.',
  examples: [
    ['peek', 'the oldest ten'],
    ['peek --failure-code PROVIDER_TIMEOUT --limit 50', 'the oldest fifty timeouts'],
    ['peek --group GROUP --limit 1', 'everything about one letter of a group'],
  ],
  async run(call, context) {
    const { limit, cursor, reveal } = call.values;
    const query = { ...filterOf(call), ...given({ limit, cursor, reveal }) };
    const answer = bodyOf(await parkCalls(context.client, call.park).peek({ query }));
    present(answer, (style) => lettersView(answer, call.park, style), { call, context });
    if (answer.next_cursor !== null) {
      const options = typedWords({ ...call.values, cursor: answer.next_cursor }, [
        ...FILTER_OPTIONS,
        'limit',
        'cursor',
      ]);
      hint(`\n${context.words.nextPage(`npx nexus ${call.park} peek${options}`)}`, { call, context });
    }
    return answer.errors > 0 ? 1 : 0;
  },
};
