import { describeLedger, NOON } from '../testing/ledger-conformance.ts';
import { createMemoryLedger } from './memory-ledger.ts';

describeLedger('in memory', (dailyNano) => {
  let now = NOON;
  const ledger = createMemoryLedger({ dailyNano, softFraction: 0.8, hardFraction: 1, now: () => now });
  return { ledger, advance: (seconds) => void (now += seconds * 1000), day: () => ledger.day() };
});
