export type BudgetSumName = 'calls' | 'cap' | 'held' | 'counters' | 'ledger' | 'report' | 'metric' | 'reconcile';

/** Two amounts that must agree, or keep an order; in JSON as decimal texts. */
export interface BudgetSum {
  readonly what: BudgetSumName;
  readonly found: string;
  readonly relation: '=' | '≤';
  readonly expected: string;
  readonly agrees: boolean;
}

/** What was measured after the load. Amounts in nano-USD. */
export interface Measured {
  readonly calls: number;
  readonly answered: number;
  readonly refused: number;
  readonly paid: bigint;
  readonly cap: bigint;
  readonly spent: bigint;
  readonly reserved: bigint;
  readonly ledger: bigint;
  readonly report: bigint;
  /** Of all supervisors, in USD: metrics are floating-point numbers. */
  readonly metricUsd: number;
  readonly differences: number;
}

/** Everything that must be equal after any load. The metric is compared to the nano too, which its numbers can hold here. */
export function budgetSums(measured: Measured): BudgetSum[] {
  const { calls, answered, refused, paid, cap, spent, reserved, ledger, report, metricUsd, differences } = measured;
  const within = spent <= cap && spent > 0n;
  return [
    equal('calls', calls, answered + refused),
    { what: 'cap', found: String(spent), relation: '≤', expected: String(cap), agrees: within },
    equal('held', 0, reserved),
    equal('counters', spent, paid),
    equal('ledger', spent, ledger),
    equal('report', spent, report),
    equal('metric', spent, BigInt(Math.round(metricUsd * 1e9))),
    equal('reconcile', 0, differences),
  ];
}

function equal(what: BudgetSumName, expected: number | bigint, found: number | bigint): BudgetSum {
  const agrees = BigInt(expected) === BigInt(found);
  return { what, found: String(found), relation: '=', expected: String(expected), agrees };
}
