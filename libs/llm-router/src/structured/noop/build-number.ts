import type { JsonSchema } from '@nexus/contracts';
import { greatest, least, type Attempt } from './attempt.ts';

/** A number for all parts at once, 0 where it may be; undefined when none was found. `variant` tells those of one list apart. */
export function buildNumber(parts: readonly JsonSchema[], attempt: Attempt, variant: number): number | undefined {
  const whole = parts.some(({ type }) => type === 'integer');
  const low = greatest(parts, 'minimum', -Infinity);
  const high = least(parts, 'maximum', Infinity);
  const above = greatest(parts, 'exclusiveMinimum', -Infinity);
  const below = least(parts, 'exclusiveMaximum', Infinity);
  const steps = parts.map((part) => part['multipleOf']).filter((step) => typeof step === 'number');
  const step = commonStep(whole ? [1, ...steps] : steps);
  const first = Math.max(low, above);
  const last = Math.min(high, below);
  const candidates = (step === undefined ? freeNumbers(first, last) : stepNumbers(first, last, step))
    .flatMap((value) => [value + variant * (step ?? 1), value - variant * (step ?? 1), value + variant / 1_024])
    .filter((value) => value >= low && value <= high && value > above && value < below)
    .filter((value) => Number.isFinite(value) && (!whole || Number.isInteger(value)));
  return candidates[attempt.choose(Math.max(1, candidates.length))];
}

function freeNumbers(first: number, last: number): number[] {
  const middle = Number.isFinite(first) && Number.isFinite(last) ? [first / 2 + last / 2] : [];
  return [0, first, last, ...middle, first + 1, last - 1];
}

function stepNumbers(first: number, last: number, step: number): number[] {
  const up = Math.ceil(first / step);
  const down = Math.floor(last / step);
  return [0, up * step, (up + 1) * step, down * step, (down - 1) * step];
}

/** A multiple of all steps: exact for whole numbers and short decimals, a guess for others. */
function commonStep(steps: readonly number[]): number | undefined {
  const [first, ...others] = steps;
  return others.reduce<number | undefined>((common, step) => multipleOfBoth(common ?? step, step), first);
}

function multipleOfBoth(left: number, right: number): number {
  for (let times = 1; times <= 1_000; times += 1) {
    if (Number.isInteger((left * times) / right)) return left * times;
  }
  return left * right;
}
