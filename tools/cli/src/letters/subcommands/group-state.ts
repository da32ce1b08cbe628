import type { GroupState } from '@nexus/contracts';
import { present } from '../present.ts';
import { bodyOf, given, type Subcommand } from '../subcommand.ts';

/** What people make of a group: resolved, ignored, open again. */
export const groupStates: readonly Subcommand[] = [
  stateCommand(
    'resolve',
    'resolved',
    'mark a group as resolved; a new letter opens it again and marks it as come back',
  ),
  stateCommand('ignore', 'ignored', 'mark a group as ignored'),
  stateCommand('reopen', 'open', 'mark a group as open again'),
];

function stateCommand(name: string, state: GroupState, summary: string): Subcommand {
  return {
    name,
    summary,
    positional: 'GROUP',
    options: ['reason'],
    examples: [[`${name} GROUP --reason "release 6.11.1"`, 'with the reason for the others']],
    async run(call, context) {
      const { client, words } = context;
      const answer = bodyOf(
        await client.dlqSetGroupState({
          params: { group: call.positional },
          body: { state, ...given({ reason: call.values.reason }) },
        }),
      );
      present(answer, () => `${words.groupState(answer.group, words.groupStates[answer.state])}\n`, { call, context });
      return 0;
    },
  };
}
