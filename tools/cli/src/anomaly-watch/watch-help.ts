import type { Language } from '../letters/language.ts';

const english = `Usage: npx nexus anomaly-watch [--ledger FILE] [--audit FILE] [--dry-run] [options]

Looks once whether something is wrong with the language models, for cron. Silent when all is normal. Otherwise it
prints and sends a notice "NEXUS anomaly" with a line for each:

  cost        spent within ANOMALY_WINDOW_MIN (15) at least ANOMALY_COST_USD_RATE_THRESHOLD (2.0 USD)
  429 burst   "too many requests" of providers within the window at least ANOMALY_429_BURST_THRESHOLD (20)
  breaker     a provider kept shut without a break for at least ANOMALY_BREAKER_OPEN_MIN (5)
  spend       a scope whose hourly spend is not what it used to be, as the supervisors found it

The notice goes to SLACK_WEBHOOK_URL or TEAMS_WEBHOOK_URL as NOTIFY_PREFER says (slack, teams, both); where one is
missing or fails the other one gets it. The same anomaly is told once in the window, over all processes.

  --ledger FILE      cost records from a JSONL file instead of Redis
  --audit FILE       audit records from a JSONL file instead of Redis; with both files Redis is asked only if REDIS_URL is set
  --dry-run          print only: send nothing, remember nothing
  --json             one JSON document on stdout
  --lang en|ko       (NEXUS_LANG, LANG)

What is planned
  --mute SCOPE       do not tell anomalies of spend of total, team:NAME, project:TEAM/NAME, provider:NAME,
                     model:PROVIDER/NAME or purpose:NAME
  --hours N          for so many hours (24)
  --unmute SCOPE     tell them again

How good the detector is
  --backtest FILE    hours or cost records as JSONL: prints the anomalies the detector would have found
  --labels FILE      what it should have found: prints precision, recall, F1 and delay (docs/anomalies.md has the formats)
  --backtest synthetic [--seeds 301-305]     the same on generated spend; status 1 below the bars

Examples
  npx nexus anomaly-watch --dry-run
  npx nexus anomaly-watch --ledger logs/llm_cost_ledger.jsonl --audit logs/llm_audit.jsonl
  */5 * * * * SLACK_WEBHOOK_URL=https://hooks.slack.com/... npx nexus anomaly-watch

Exit status: 0 normal; 1 an anomaly was found; 2 could not run, or nobody could be told.
도움말: npx nexus anomaly-watch --help --lang ko
`;

const korean = `사용법: npx nexus anomaly-watch [--ledger FILE] [--audit FILE] [--dry-run] [옵션]

언어 모델에 이상이 있는지 한 번 살핍니다. cron 용입니다. 정상이면 아무것도 출력하지 않고, 이상이 있으면 아래 줄이 담긴
"NEXUS anomaly" 알림을 출력하고 보냅니다:

  cost        ANOMALY_WINDOW_MIN(15)분 동안 쓴 비용이 ANOMALY_COST_USD_RATE_THRESHOLD(2.0 USD) 이상
  429 burst   같은 시간 동안 제공자의 "too many requests"가 ANOMALY_429_BURST_THRESHOLD(20)회 이상
  breaker     제공자 차단이 끊김 없이 ANOMALY_BREAKER_OPEN_MIN(5)분 이상
  spend       시간당 지출이 평소와 다른 범위 (슈퍼바이저가 찾은 것)

알림은 NOTIFY_PREFER(slack, teams, both)에 따라 SLACK_WEBHOOK_URL 또는 TEAMS_WEBHOOK_URL 로 갑니다. 한쪽이 없거나
실패하면 다른 쪽으로 보냅니다. 같은 이상은 모든 프로세스를 통틀어 정해진 시간에 한 번만 알립니다.

  --ledger FILE      비용 기록을 Redis 대신 JSONL 파일에서 읽습니다
  --audit FILE       감사 기록을 JSONL 파일에서 읽습니다. 둘 다 파일이면 REDIS_URL 이 있을 때만 Redis에 묻습니다
  --dry-run          출력만 합니다. 보내지도 기억하지도 않습니다
  --json             stdout에 JSON 문서 하나
  --lang en|ko       (NEXUS_LANG, LANG)

계획된 일
  --mute SCOPE       total, team:이름, project:팀/이름, provider:이름, model:제공자/이름, purpose:이름 의
                     지출 이상을 알리지 않습니다
  --hours N          그 시간 (24)
  --unmute SCOPE     다시 알립니다

탐지기 검증
  --backtest FILE    시간별 지출이나 비용 기록 JSONL: 탐지기가 찾았을 이상을 보여 줍니다
  --labels FILE      찾았어야 할 것: 정밀도, 재현율, F1, 지연을 보여 줍니다 (형식은 docs/anomalies.ko.md)
  --backtest synthetic [--seeds 301-305]     생성된 지출로 검증. 기준 미달이면 상태 1

예
  npx nexus anomaly-watch --dry-run
  npx nexus anomaly-watch --ledger logs/llm_cost_ledger.jsonl --audit logs/llm_audit.jsonl
  */5 * * * * SLACK_WEBHOOK_URL=https://hooks.slack.com/... npx nexus anomaly-watch

종료 상태: 0 정상, 1 이상 발견, 2 실행할 수 없음 또는 알릴 수 없음.
`;

/** What `npx nexus anomaly-watch --help` prints. */
export function watchHelp(language: Language): string {
  return language === 'ko' ? korean : english;
}
