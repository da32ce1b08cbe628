import type { Language } from '../letters/language.ts';

const english = {
  skipped: (count: number) =>
    `${count} record${count === 1 ? '' : 's'} could not be read and ${count === 1 ? 'was' : 'were'} left out.`,
  noMemory: 'Without Redis nothing is remembered: the same anomaly is told again next time.',
  circuitsOfFile: (path: string) => `Circuits are read from ${path}: Redis is not asked.`,
  noCircuits: 'Circuits were not looked at: there is neither Redis nor a file of circuits.',
  alreadyTold: (count: number) =>
    count === 1 ? 'An anomaly goes on; it was told already.' : `${count} anomalies go on; they were told already.`,
  notSet: 'Nobody was told: set SLACK_WEBHOOK_URL or TEAMS_WEBHOOK_URL.',
  channelFailed: (channel: string, error: string) => `The notice did not reach ${channel}: ${error}.`,
  undelivered: 'Nobody was told of the anomaly. It is tried again next time.',
  muted: (scope: string, until: string) => `${scope}: anomalies of spend are not told until ${until}.`,
  unmuted: (scope: string) => `${scope}: anomalies of spend are told again.`,
  notMuted: (scope: string) => `${scope} is not muted.`,
  kind: 'Anomaly',
  labels: 'Labels',
  found: 'Found',
  recall: 'Recall',
  delay: 'Delay (h)',
  series: 'Series',
  scope: 'Scope',
  from: 'From',
  hours: 'Hours',
  expected: 'Expected USD/h',
  impact: 'Difference USD',
  summary: (series: number, days: number) => `${series} series, ${Math.round(days)} series-days`,
  perDay: 'false alarms a series-day',
  alerts: 'alerts an anomaly',
  nothingFound: 'No anomaly in this file.',
  barsMissed: (bars: string) => `Not good enough: ${bars}.`,
};

export type WatchWords = typeof english;

const korean: WatchWords = {
  skipped: (count) => `읽을 수 없는 기록 ${count}건을 건너뛰었습니다.`,
  noMemory: 'Redis가 없어 기억하지 못합니다. 같은 이상이 다음에 다시 알려집니다.',
  circuitsOfFile: (path) => `차단 상태를 ${path} 에서 읽습니다. Redis에는 묻지 않습니다.`,
  noCircuits: 'Redis도 차단 상태 파일도 없어 차단 상태를 보지 못했습니다.',
  alreadyTold: (count) => `이미 알린 이상 ${count}건이 이어지고 있습니다.`,
  notSet: '아무에게도 알리지 않았습니다. SLACK_WEBHOOK_URL 이나 TEAMS_WEBHOOK_URL 을 설정하십시오.',
  channelFailed: (channel, error) => `${channel} 로 알리지 못했습니다: ${error}.`,
  undelivered: '아무에게도 알리지 못했습니다. 다음에 다시 시도합니다.',
  muted: (scope, until) => `${scope}: ${until} 까지 지출 이상을 알리지 않습니다.`,
  unmuted: (scope) => `${scope}: 지출 이상을 다시 알립니다.`,
  notMuted: (scope) => `${scope} 는 음소거되어 있지 않습니다.`,
  kind: '이상 종류',
  labels: '정답',
  found: '찾음',
  recall: '재현율',
  delay: '지연(시간)',
  series: '시계열',
  scope: '범위',
  from: '시작',
  hours: '시간',
  expected: '예상 USD/시간',
  impact: '차이 USD',
  summary: (series, days) => `시계열 ${series}개, ${Math.round(days)}일분`,
  perDay: '시계열·일당 오경보',
  alerts: '이상당 알림',
  nothingFound: '이 파일에는 이상이 없습니다.',
  barsMissed: (bars) => `기준 미달: ${bars}.`,
};

const languages: Readonly<Record<Language, WatchWords>> = { en: english, ko: korean };

/** The notes and labels of the command in a language. */
export function watchWords(language: Language): WatchWords {
  return languages[language];
}
