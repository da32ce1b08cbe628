import { z } from 'zod';

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A whole number in a query string. Out of range is clamped, never refused; a fraction is cut; what is not a number is
 * an issue. Left out = `initial`.
 */
export function queryInteger(initial: number, range: { min: number; max: number }) {
  return z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return initial;
      if (number.test(text)) return Math.min(range.max, Math.max(range.min, Math.trunc(Number(text))));
      context.addIssue({ code: 'custom', message: `must be a number from ${range.min} to ${range.max}` });
      return z.NEVER;
    })
    .meta({ parameter: { type: 'integer', minimum: range.min, maximum: range.max, default: initial } });
}

/** A boolean in a query string: exactly `true` or `false`. Left out = `initial`. */
export function queryBoolean(initial: boolean) {
  return z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .transform((text) => (text === undefined ? initial : text === 'true'))
    .meta({ parameter: { type: 'boolean', default: initial } });
}

/** A filter that may be repeated in a query string: any of the values. Left out = undefined. */
export function queryList({ maxLength, most = 50 }: { maxLength: number; most?: number }) {
  const one = z.string().min(1).max(maxLength);
  return z
    .union([one, z.array(one).max(most)])
    .optional()
    .transform((value) => (value === undefined || Array.isArray(value) ? value : [value]))
    .meta({ parameter: { type: 'array', items: { type: 'string' } } });
}
