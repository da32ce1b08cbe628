import type { JsonSchema } from '@nexus/contracts';
import type { FailureCode } from '@nexus/failure-taxonomy';
import type { ModelAnswer, ModelMessage } from '../model.ts';
import type { Validate } from './compile-schema.ts';
import { parseAnswer, type LocalRepair } from './parse-answer.ts';
import { repairPrompt, type RepairLanguage, type RepairStage } from './repair-prompt.ts';
import { MOST_VALIDATION_ERRORS } from './validation-errors.ts';

/** Model calls that may be spent on one answer, after the one that gave it. */
export const MOST_REPAIR_CALLS = 2;

/** What is read of an answer; the caller's own type comes back in the result, with its provider and model. */
export type ReadableAnswer = Pick<ModelAnswer, 'text' | 'finish'>;

export type StructuredRequest<Answer extends ReadableAnswer> = {
  /** The first answer, already paid for. Refused and blocked answers never come here: they are failures. */
  answer: Answer;
  schema: JsonSchema;
  validate: Validate;
  /** False: the answer counts as it is, strictly read, and its own failure is the result. */
  allowRepair: boolean;
  /**
   * One model call, reserved and billed like any other and never answered from the dedupe store. What it throws comes
   * out unchanged: an outage or a used-up budget during a repair is that, and no fault of the answer.
   */
  call: (messages: ModelMessage[], purpose: 'schema_repair') => Promise<Answer>;
  language?: RepairLanguage | undefined;
};

export type StructuredCode = Extract<
  FailureCode,
  'SCHEMA_PARSE_ERROR' | 'SCHEMA_VALIDATION_ERROR' | 'SCHEMA_REPAIR_FAILED'
>;

export type StructuredResult<Answer extends ReadableAnswer> =
  | {
      ok: true;
      data: Record<string, unknown>;
      /** Whether `data` is anything but the first answer, strictly read: mended here or by a model. */
      repaired: boolean;
      /** What was done here to the answer that was taken. */
      repairs: LocalRepair[];
      /** Repair calls made, 0 to 2. 0 and `repaired`: mended here, no provider took part. */
      calls: number;
      latest: Answer;
    }
  | {
      ok: false;
      code: StructuredCode;
      /** At most five errors; names members and what the schema wants, no values. */
      message: string;
      calls: number;
      latest: Answer;
    };

type Reading =
  | { ok: true; data: Record<string, unknown>; repairs: LocalRepair[] }
  | { ok: false; stage: RepairStage; errors: string[]; truncated: boolean };

/**
 * Makes a valid document of a model's answer. With repair allowed: what can be mended here is (see `parseAnswer`), then a
 * model is asked, about the form if that was the first failure, else about the errors; and once more about the errors of
 * what it wrote then. Without: the whole text must be one valid JSON object. An answer that was cut off is never
 * repaired, and a cut-off repair ends the attempt.
 */
export async function obtainStructured<Answer extends ReadableAnswer>(
  request: StructuredRequest<Answer>,
): Promise<StructuredResult<Answer>> {
  const { schema, allowRepair, call, language } = request;
  let latest = request.answer;
  let reading = read(request, latest);
  let calls = 0;
  while (!reading.ok && allowRepair && !reading.truncated && calls < MOST_REPAIR_CALLS) {
    const stage = calls === 0 ? reading.stage : 'validation';
    const { errors } = reading;
    latest = await call(repairPrompt(stage, { schema, text: latest.text, errors, language }), 'schema_repair');
    calls += 1;
    reading = read(request, latest);
  }
  if (!reading.ok) return { ok: false, ...failureOf(reading, calls), calls, latest };
  const { data, repairs } = reading;
  return { ok: true, data, repaired: calls > 0 || repairs.length > 0, repairs, calls, latest };
}

function read({ validate, allowRepair }: StructuredRequest<ReadableAnswer>, answer: ReadableAnswer): Reading {
  const parsed = parseAnswer(answer.text, { finish: answer.finish, repair: allowRepair });
  if (!parsed.ok) return { ok: false, stage: 'parse', errors: [parsed.message], truncated: parsed.truncated };
  const errors = validate(parsed.value).slice(0, MOST_VALIDATION_ERRORS);
  if (errors.length > 0) return { ok: false, stage: 'validation', errors, truncated: false };
  return { ok: true, data: parsed.value, repairs: parsed.repairs };
}

function failureOf(
  { stage, errors }: Reading & { ok: false },
  calls: number,
): { code: StructuredCode; message: string } {
  const text = errors.join('; ');
  if (calls > 0) {
    return { code: 'SCHEMA_REPAIR_FAILED', message: `The answer could not be repaired (calls: ${calls}): ${text}` };
  }
  if (stage === 'parse') return { code: 'SCHEMA_PARSE_ERROR', message: text };
  return { code: 'SCHEMA_VALIDATION_ERROR', message: `The answer does not meet its schema: ${text}` };
}
