import * as z from 'zod';
import { CODE_RULES } from './code-decision.ts';
import { REQUEUE_RULES, TRIAGE_ACTIONS } from './policy.ts';
import { GUARD_RULES } from './requeue-guard.ts';

const LONGEST_NAME = 100;
const LONGEST_REASON = 500;
/** Keeps the worst policy cheap: decisions are made anew for every cause. */
const MOST_RULES = 200;

/** Answers a value of the wrong type; a bare number or `no` in YAML is no text. */
function expected(what: string): { error: z.core.$ZodErrorMap } {
  return {
    error: ({ input }) => {
      if (typeof input === 'number' || typeof input === 'boolean')
        return `must be ${what}; this was read as a ${typeof input}, put it in quotation marks`;
      return input === undefined ? `is missing; give ${what}` : `must be ${what}`;
    },
  };
}

function section<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not known here; known are ${known}` : `must be a section with ${known}`,
  });
}

function oneOrMore<Item extends z.ZodType<string, string>>(item: Item, { least = 1 } = {}) {
  return z
    .union(
      [item, z.array(item).min(least, 'is an empty list; name at least one or leave it out')],
      expected('a text or a list of texts'),
    )
    .transform((given) => [...new Set(typeof given === 'string' ? [given] : given)]);
}

const codeKey = z
  .string(expected('a failure code'))
  .regex(/^\s*\S+\s*$/, 'must be a failure code, a word without spaces')
  .max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters`);

const failureCode = codeKey.transform((code) => code.trim().toUpperCase());

const taskType = z
  .string(expected('a task type'))
  .regex(/^\S(?:[\s\S]*\S)?$/, 'must be a task type without spaces before or after it')
  .max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters`);

const group = z
  .string(expected('14 hexadecimal digits'))
  .regex(/^[0-9a-f]{14}$/, 'must be the group as it is shown: 14 hexadecimal digits in lower case');

const wholeNumber = z.int('must be a whole number').min(0, 'must not be negative');

type Range = { least: number | undefined; most: number | undefined };

function checkRange({ least, most }: Range, context: z.core.$RefinementCtx): void {
  if (least === undefined && most === undefined) context.addIssue('is empty; give a minimum, a maximum or both');
  if (least !== undefined && most !== undefined && least > most)
    context.addIssue(`holds for nothing: the minimum ${least} is above the maximum ${most}`);
}

const ages = section({ min_seconds: wholeNumber.optional(), max_seconds: wholeNumber.optional() }).superRefine(
  ({ min_seconds, max_seconds }, context) => checkRange({ least: min_seconds, most: max_seconds }, context),
);

const counts = section({ min: wholeNumber.optional(), max: wholeNumber.optional() }).superRefine(
  ({ min, max }, context) => checkRange({ least: min, most: max }, context),
);

const match = section({
  all: z.literal(true, 'can only be true; leave it out otherwise').optional(),
  failure_code: oneOrMore(failureCode).optional(),
  task_type: oneOrMore(taskType).optional(),
  group: oneOrMore(group).optional(),
  age: ages.optional(),
  attempts: counts.optional(),
  requeues: counts.optional(),
}).superRefine(({ all, ...others }, context) => {
  const given = Object.values(others).some((value) => value !== undefined);
  if (!given && all === undefined) context.addIssue('is empty and matches everything: say so with match: {all: true}');
  if (given && all !== undefined) context.addIssue('has all: true beside other conditions; leave out one or the other');
});

const reservedNames: readonly string[] = [...CODE_RULES, ...GUARD_RULES];

const rule = section({
  name: z
    .string(expected('a name'))
    .regex(/^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u, 'must be one line of text without spaces before or after it')
    .max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters`)
    .refine((name) => !reservedNames.includes(name), 'is the name of a built-in rule; choose another'),
  match,
  action: z.enum(TRIAGE_ACTIONS, `must be one of ${TRIAGE_ACTIONS.join(', ')}`),
  reason: z
    .string(expected('a sentence'))
    .trim()
    .min(1, 'is empty; say why in one sentence or leave it out')
    .max(LONGEST_REASON, `must have at most ${LONGEST_REASON} characters`)
    .optional(),
});

const requeueRule = z.enum(REQUEUE_RULES, `must be one of ${REQUEUE_RULES.join(', ')}`);
const codeList = oneOrMore(failureCode, { least: 0 }).optional();

/** The policy file: what an operator writes. Every part may be left out; an unknown key is an error. */
export const policyFileSchema = section({
  rules: z.array(rule, 'must be a list of rules').max(MOST_RULES, `has more than ${MOST_RULES} rules`).optional(),
  requeue: section({
    default: requeueRule.optional(),
    task_types: z.record(taskType, requeueRule, 'must be a section of task types').optional(),
    failure_codes: z.record(codeKey, requeueRule, 'must be a section of failure codes').optional(),
  }).optional(),
  requeue_limit: wholeNumber.optional(),
  hold: codeList,
  alarm: codeList,
  auto_requeue: codeList,
});

/** A policy file that was found to be good: lists are lists, codes in upper case. */
export type PolicyFile = z.output<typeof policyFileSchema>;

/** JSON Schema of the policy file as it is written, for documents and editors. Uniqueness and the order of bounds are not in it. */
export function policyFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(policyFileSchema, { io: 'input' }) };
}
