import { describe, expect, test } from '@jest/globals';
import { createLogger, registerMetrics } from '@nexus/runtime';
import { metricDefinitions } from '../metrics.ts';
import type { Finops } from './create-finops.ts';
import { finopsJobs } from './finops-jobs.ts';
import { idleFinops } from './testing/idle-finops.ts';

const sealed = (lines: number) => ({
  ...{ outcome: 'sealed' as const, lines, closed: [], trimmed: 0, cut_lines: 0, lost: 0, more: false },
  head: { count: lines, hash: '' },
});

function open(over: Partial<Finops>) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'DEBUG', name: 'test', write: (line) => void lines.push(line) });
  const metrics = registerMetrics(metricDefinitions);
  const finops = { ...idleFinops, sealEverySeconds: 30, watchEverySeconds: 60, ...over };
  const jobs = finopsJobs({ finops, metrics: metrics.handles, logger });
  const events = () => lines.map((line) => (JSON.parse(line) as { event: string }).event);
  return { jobs, events, expose: () => metrics.expose() };
}

describe('the jobs of the ledger', () => {
  test('sweep until nothing more is due, and tell of what expired and what cannot be read', async () => {
    const swept = [
      { expired: 200, more: true, broken: [] },
      { expired: 3, more: false, broken: ['{nexus}:spend:hold:x'] },
    ];
    const sweep = () => Promise.resolve(swept.shift() ?? { expired: 0, more: false, broken: [] });
    const { jobs, events } = open({ ledger: { ...idleFinops.ledger, sweep } });
    await jobs['ledger-sweep']?.run();
    expect(events()).toEqual(['LEDGER_HOLDS_EXPIRED', 'LEDGER_HOLDS_EXPIRED', 'LEDGER_HOLDS_BROKEN']);
    expect(swept).toEqual([]);
    await jobs['ledger-sweep']?.run();
    expect(events()).toHaveLength(3);
  });

  test('seal both chains: a failure of one is told and counted, and does not keep the other', async () => {
    const { jobs, events, expose } = open({
      sealers: [
        { kind: 'ledger', sealer: { run: () => Promise.reject(new Error('ENOSPC')) } },
        { kind: 'audit', sealer: { run: () => Promise.resolve(sealed(5)) } },
      ],
    });
    await jobs['ledger-seal']?.run();
    expect(events()).toEqual(['LEDGER_SEAL_FAILED', 'LEDGER_SEALED']);
    const text = await expose();
    expect(text).toContain('nexus_ledger_seal_failed_total{kind="ledger"} 1');
    expect(text).toContain('nexus_ledger_sealed_total{kind="audit"} 5');
  });

  test('say nothing while another process seals, or there is nothing to seal', async () => {
    const { jobs, events } = open({
      sealers: [
        { kind: 'ledger', sealer: { run: () => Promise.resolve({ outcome: 'busy', free_in_ms: 5 }) } },
        { kind: 'audit', sealer: { run: () => Promise.resolve(sealed(0)) } },
      ],
    });
    await jobs['ledger-seal']?.run();
    expect(events()).toEqual([]);
  });

  test('are left out where their interval is 0', () => {
    const { jobs } = open({ sealEverySeconds: 0, watchEverySeconds: 0 });
    expect(Object.keys(jobs)).toEqual(['ledger-sweep']);
  });
});
