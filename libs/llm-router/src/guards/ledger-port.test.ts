import { describeLedger } from '../testing/ledger-conformance.ts';
import { createMemoryLedger } from './memory-ledger.ts';

describeLedger('in memory', (dailyNano) => {
  let now = Date.UTC(2026, 0, 15, 12);
  const ledger = createMemoryLedger({ dailyNano, softFraction: 0.8, hardFraction: 1, now: () => now });
  return { ledger, now: () => now, advance: (seconds) => void (now += seconds * 1000), day: () => ledger.day() };
});
