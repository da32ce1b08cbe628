import { nanoToUsd, type Episode, type Explanation, type RuleFinding } from '@nexus/finops';
import { iso } from '@nexus/runtime';
import { plainName } from './plain-name.ts';

/** The languages of the lines. Their first words, `cost`, `429 burst`, `breaker` and `spend`, are the same in each. */
export type AnomalyLanguage = 'en' | 'ko';

/** The title of every message about anomalies. */
export const ANOMALY_TITLE = 'NEXUS anomaly';

/** A spike or an outage with what explains it, if that is known. */
export type ExplainedEpisode = { episode: Episode; explanation?: Explanation | undefined };

/** One line about what the rules of operations found. Names in it are inert. */
export function ruleLine(finding: RuleFinding, language: AnomalyLanguage = 'en'): string {
  const ko = language === 'ko';
  if (finding.kind === 'cost') {
    const { spent_nano, threshold_nano, window_min, models, projects } = finding;
    const spent = `${twoDecimals(spent_nano)} USD`;
    const threshold = `${twoDecimals(threshold_nano)} USD`;
    const dearest = [models[0], projects[0]].flatMap((each) =>
      each === undefined ? [] : [`${plainName(each.name)} ${twoDecimals(each.nano)}`],
    );
    const most = dearest.length === 0 ? '' : ` (${ko ? '가장 큰 것' : 'most'}: ${dearest.join(', ')})`;
    return ko
      ? `cost: ${window_min}분 동안 ${spent} ≥ 기준 ${threshold}${most}`
      : `cost: ${spent} in ${window_min} min ≥ ${threshold}${most}`;
  }
  if (finding.kind === 'rate_limit_burst') {
    const { count, threshold, window_min, providers } = finding;
    const named = providers.slice(0, 5).map((each) => `${plainName(each.name)} ${each.count}`);
    const who = named.length === 0 ? '' : ` (${named.join(', ')})`;
    return ko
      ? `429 burst: ${window_min}분 동안 ${count}회 ≥ 기준 ${threshold}회${who}`
      : `429 burst: ${count} in ${window_min} min ≥ ${threshold}${who}`;
  }
  const { provider, minutes, threshold_min, since } = finding;
  const name = plainName(provider);
  return ko
    ? `breaker: ${name} 차단이 ${minutes}분째 끊김 없이 이어짐 ≥ 기준 ${threshold_min}분 (시작 ${iso(since * 1000)})`
    : `breaker: ${name} open without a break for ${minutes} min ≥ ${threshold_min} min (since ${iso(since * 1000)})`;
}

/** One line about a scope whose hourly spend is not what it used to be: actual, expected, band, and why. */
export function episodeLine({ episode, explanation }: ExplainedEpisode, language: AnomalyLanguage = 'en'): string {
  const ko = language === 'ko';
  const { scope, kind, usd, expected, low, high, from, last } = episode;
  const hours = Math.round((last - from) / 3600) + 1;
  const name = plainName(scope);
  if (kind === 'outage') {
    return ko
      ? `spend: ${name} ${hours}시간째 지출 없음 (시작 ${iso(from * 1000)}, 평소 시간당 ${dollars(expected)} USD)`
      : `spend: ${name} nothing for ${hours} h (since ${iso(from * 1000)}, usually ${dollars(expected)} USD an hour)`;
  }
  const why = explanation === undefined ? '' : reasons(explanation, ko);
  const band = `${dollars(low)}–${dollars(high)}`;
  return ko
    ? `spend: ${name} 시간당 ${dollars(usd)} USD, 예상 ${dollars(expected)} (범위 ${band})${why}`
    : `spend: ${name} ${dollars(usd)} USD in the hour, expected ${dollars(expected)} (band ${band})${why}`;
}

function reasons({ contributors, volume, price }: Explanation, ko: boolean): string {
  const parts = contributors.map(({ scope, difference }) => `${plainName(scope)} ${signed(difference)}`);
  const split = ko
    ? `호출 수 ${signed(volume)}, 호출당 비용 ${signed(price)}`
    : `by calls ${signed(volume)}, by cost a call ${signed(price)}`;
  return `: ${[...parts, split].join('; ')}`;
}

function signed(usd: number): string {
  return `${usd < 0 ? '-' : '+'}${dollars(Math.abs(usd))}`;
}

/** Two decimals, or as many as it takes to show something of less than a cent. */
function dollars(usd: number): string {
  return usd === 0 || usd >= 0.01 ? usd.toFixed(2) : usd.toPrecision(2);
}

/** An amount cut, not rounded, to cents, so that nothing below a threshold looks like it; less than a cent is shown whole. */
function twoDecimals(nano: bigint): string {
  const text = nanoToUsd(nano);
  if (nano !== 0n && nano < 10_000_000n) return text;
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.slice(0, 2).padEnd(2, '0')}`;
}
