import { findingKey, type RuleFinding } from '@nexus/finops';
import { ANOMALY_TITLE, episodeLine, plainName, ruleLine, type OpenEpisode } from '@nexus/finops-ledger';
import { iso } from '@nexus/runtime';
import type { Alert } from '../../alerts/alert.ts';

/** What people are told about a finding of the rules. */
export function ruleAlert(finding: RuleFinding): Alert {
  return {
    event: 'anomaly',
    payload: { key: findingKey(finding), ...plainAmounts(finding) },
    sentence: `${ANOMALY_TITLE}: ${ruleLine(finding)}`,
  };
}

/** What people are told about an episode. */
export function episodeAlert({ episode, explanation }: OpenEpisode): Alert {
  const { scope, kind, from, usd, expected, low, high } = episode;
  return {
    event: 'anomaly',
    payload: {
      key: `spend:${plainName(scope)}`,
      kind,
      scope: plainName(scope),
      since: iso(from * 1000),
      usd: micro(usd),
      expected_usd: micro(expected),
      low_usd: micro(low),
      high_usd: micro(high),
      ...(explanation === undefined
        ? {}
        : {
            by_calls_usd: micro(explanation.volume),
            by_cost_a_call_usd: micro(explanation.price),
            contributors: explanation.contributors.map((each) => ({
              scope: plainName(each.scope),
              usd: micro(each.usd),
              expected_usd: micro(each.expected),
            })),
          }),
    },
    sentence: `${ANOMALY_TITLE}: ${episodeLine({ episode, explanation })}`,
  };
}

function micro(usd: number): number {
  return Number(usd.toFixed(6));
}

/** Whole nano-USD as text: JSON numbers would round them. Names as words that do nothing. */
function plainAmounts(finding: RuleFinding): Record<string, unknown> {
  if (finding.kind === 'breaker_open') return { ...finding, since: iso(finding.since * 1000) };
  if (finding.kind === 'rate_limit_burst') {
    return { ...finding, providers: finding.providers.map((each) => ({ ...each, name: plainName(each.name) })) };
  }
  const { models, projects, spent_nano, threshold_nano, ...rest } = finding;
  const named = (all: typeof models) => all.map(({ name, nano }) => ({ name: plainName(name), nano: nano.toString() }));
  return {
    ...rest,
    spent_nano: spent_nano.toString(),
    threshold_nano: threshold_nano.toString(),
    models: named(models),
    projects: named(projects),
  };
}
