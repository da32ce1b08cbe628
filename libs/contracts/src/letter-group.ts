import { z } from 'zod';
import { letterDecisionSchema, letterFilterQuery } from './letter.ts';
import { queryInteger } from './query.ts';
import { instant, PARKS } from './task.ts';

/** What people have made of a group. A resolved group that gets a new letter is open again, and marked as a regression. */
export const GROUP_STATES = ['open', 'resolved', 'ignored'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

const count = z.int().min(0);

export const listGroupsQuery = z.object({
  park: z
    .enum(PARKS)
    .optional()
    .default('dlq')
    .meta({ parameter: { enum: [...PARKS], default: 'dlq' } }),
  limit: queryInteger(50, { min: 1, max: 200 }),
  state: z.enum(GROUP_STATES).optional(),
  failure_code: letterFilterQuery.failure_code,
  task_type: letterFilterQuery.task_type,
});

/** Letters of one cause: equal code and, but for numbers, ids, paths and quoted values, equal messages. */
export const letterGroupSchema = z
  .object({
    group: z.string(),
    failure_code: z.string(),
    /** What the messages have in common. */
    message: z.string(),
    count,
    first_seen: instant.nullable().describe('When the first letter of the group failed, whatever became of it.'),
    last_seen: instant.nullable().describe('When the latest one failed.'),
    task_types: z.record(z.string(), count),
    sample: z
      .object({ task_id: z.string(), message: z.string() })
      .nullable()
      .describe('A recent letter; its message is masked. Null when it has gone meanwhile.'),
    decision: letterDecisionSchema.extend({
      conditional: z.boolean().describe('Age or attempts of a letter may decide otherwise.'),
    }),
    state: z.enum(GROUP_STATES),
    regression: z.boolean().describe('Came back after it was resolved.'),
    state_by: z.string().nullable(),
    state_at: instant.nullable(),
    state_reason: z.string().nullable(),
    runbook: z.string().nullable(),
  })
  .meta({ id: 'LetterGroup' });

export const letterGroupsSchema = z
  .object({
    total: count.describe('Letters in all groups that match.'),
    groups: count.describe('Groups that match.'),
    truncated: z.boolean(),
    items: z.array(letterGroupSchema).describe('Largest first.'),
  })
  .meta({ id: 'LetterGroups' });

export const setGroupStateSchema = z
  .object({ state: z.enum(GROUP_STATES), reason: z.string().max(500).optional() })
  .meta({ id: 'SetGroupState' });

export const groupStateSchema = z
  .object({
    group: z.string(),
    state: z.enum(GROUP_STATES),
    regression: z.boolean(),
    state_by: z.string().nullable(),
    state_at: instant.nullable(),
    state_reason: z.string().nullable(),
  })
  .meta({ id: 'GroupState' });

/** Body of POST /dlq/what-if: a policy file as JSON, run against the letters at hand; nothing is kept. */
export const whatIfSchema = z
  .object({
    policy: z.record(z.string(), z.unknown()),
    park: z.enum(PARKS).default('dlq'),
    sample: z.int().min(10).max(2000).default(200),
  })
  .meta({ id: 'WhatIf' });

const actionCounts = z.object({ requeue: count, hold: count, alarm: count, ignore: count });

export const whatIfReplySchema = z
  .object({
    total: count,
    scanned: count,
    truncated: z.boolean(),
    before: actionCounts,
    after: actionCounts,
    changes: z.array(
      z.object({
        failure_code: z.string(),
        task_type: z.string(),
        group: z.string(),
        requeues: count,
        count,
        before: z.array(letterDecisionSchema.extend({ when: z.record(z.string(), z.number()).optional() })),
        after: z.array(letterDecisionSchema.extend({ when: z.record(z.string(), z.number()).optional() })),
      }),
    ),
  })
  .meta({ id: 'WhatIfReply' });
