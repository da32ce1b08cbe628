import type { Park } from '@nexus/contracts';
import type { Subcommand } from './subcommand.ts';
import { apply, plan } from './subcommands/apply.ts';
import { groupStates } from './subcommands/group-state.ts';
import { groups, peek, stats, triage } from './subcommands/look.ts';
import { alarm, purge, requeue, route } from './subcommands/move.ts';
import { cancel, operation, operations } from './subcommands/operations.ts';
import { pullRequestDrafts } from './subcommands/pull-request-drafts.ts';
import { whatIf } from './subcommands/what-if.ts';

/** HOLD and ALARM have no modes: every match is meant. */
const requeueParked: Subcommand = {
  ...requeue,
  options: requeue.options.filter((name) => name !== 'mode'),
  examples: requeue.examples.filter(([words]) => !words.includes('--mode')),
};

/** What can be done with the letters of each park. */
export const subcommands: Readonly<Record<Park, readonly Subcommand[]>> = {
  dlq: [
    stats,
    groups,
    peek,
    triage,
    plan,
    apply,
    requeue,
    route,
    alarm,
    purge,
    ...groupStates,
    whatIf,
    operations,
    operation,
    cancel,
  ],
  hold: [peek, requeueParked, purge, pullRequestDrafts],
  alarm: [peek, requeueParked, purge],
};
