import { nanoToUsd } from '../money/usd-text.ts';
import { type DayCell, noSpend, type SpendMeasures } from '../spend/spend-cell.ts';
import { allTokens, sumBy } from '../spend/sum-spend.ts';
import { byAmount, byText, divideHalfEven } from './amount.ts';
import { type Dimension, nameOf } from './breakdown.ts';
import type { Mover, Movement, Movers } from './report-model.ts';

const MOST_ROWS = 10;

type Change = { before: bigint; after: bigint; volume: bigint };

/** What changed most from the previous cells to these. */
export function moversBy(dimension: Dimension, cells: readonly DayCell[], previous: readonly DayCell[]): Movers {
  const after = sumBy(cells, (cell) => nameOf(cell, dimension));
  const before = sumBy(previous, (cell) => nameOf(cell, dimension));
  const names = [...new Set([...after.keys(), ...before.keys()])];
  const changes = names.map((name) => {
    const [then, now] = [before.get(name) ?? noSpend, after.get(name) ?? noSpend];
    return { name, status: statusOf(then, now), change: changeOf(then, now) };
  });
  const ranked = changes
    .filter(({ change }) => change.before !== change.after)
    .sort((left, right) => byAmount(sizeOf(left.change), sizeOf(right.change)) || byText(left.name, right.name));
  const rest = ranked.slice(MOST_ROWS).map(({ change }) => change);
  return {
    rows: ranked.slice(0, MOST_ROWS).map(({ name, status, change }) => ({ name, status, ...movementText(change) })),
    rest: rest.length === 0 ? null : { ...movementText(rest.reduce(addChange)), names: rest.length },
  };
}

/** How one cost became another: see Movement. */
export function movementOf(before: SpendMeasures, after: SpendMeasures): Movement {
  return movementText(changeOf(before, after));
}

/**
 * ΔC = Δq · p₀ + q₁ · Δp with q tokens and p cost of a token, where the first part is rounded half to even once and the
 * second is what remains, so that nothing is lost. Without tokens before or after everything is volume.
 */
function changeOf(before: SpendMeasures, after: SpendMeasures): Change {
  const [tokensBefore, tokensAfter] = [allTokens(before), allTokens(after)];
  const delta = after.cost_nano - before.cost_nano;
  const isComparable = tokensBefore > 0 && tokensAfter > 0;
  const volume = isComparable
    ? divideHalfEven(BigInt(tokensAfter - tokensBefore) * before.cost_nano, BigInt(tokensBefore))
    : delta;
  return { before: before.cost_nano, after: after.cost_nano, volume };
}

function movementText({ before, after, volume }: Change): Movement {
  return {
    before_usd: nanoToUsd(before),
    after_usd: nanoToUsd(after),
    delta_usd: nanoToUsd(after - before),
    volume_usd: nanoToUsd(volume),
    price_mix_usd: nanoToUsd(after - before - volume),
  };
}

function statusOf(before: SpendMeasures, after: SpendMeasures): Mover['status'] {
  if (before.calls === 0) return 'new';
  return after.calls === 0 ? 'gone' : 'changed';
}

function sizeOf({ before, after }: Change): bigint {
  return after > before ? after - before : before - after;
}

function addChange(sum: Change, change: Change): Change {
  return {
    before: sum.before + change.before,
    after: sum.after + change.after,
    volume: sum.volume + change.volume,
  };
}
