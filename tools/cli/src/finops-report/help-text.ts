/** What `npx nexus finops-report --help` prints. */
export const englishHelp = `Usage: npx nexus finops-report [options]

Reports what was spent on language models: totals, days, teams and projects, models, what changed and why, unit costs,
waste, budgets, a forecast of the month, and how far the numbers can be trusted.

  --from DAY, --to DAY   YYYY-MM-DD in FINOPS_TZ (UTC), both included. Without both: the month of yesterday up to today,
                         so on the first of a month the month that just ended
  --out FILE             where to write (logs/finops_report.md in NEXUS_DATA_DIR); the ending tells the format; may be
                         repeated; - is stdout
  --format LIST          md, json, csv, focus, html, with commas: one file each, beside the name of --out
  --compare WHAT         prev: the period before (default), yoy: the same days a year before, none
  --team NAME            only this team; also --project, --provider, --model, --purpose; may be repeated
  --ledger WHERE         redis (default: REDIS_URL, else this machine's own), redis://... or a JSONL file of records
  --skip-corrupt         leave corrupt lines of a file out, and say so in the report
  --as-of WHEN           a day (its end), or an instant such as 2026-11-30T09:00:00Z: forecast and budgets as of then;
                         default: now, or the end of the window when that is over
  --reconcile            check that lines, rollups and counters of the window add up (reads every line)
  --bom                  byte order mark in CSV files, for Excel
  --lang en|ko           language of the report (en, or NEXUS_LANG) and of this command's notes
  --json                 files and report as one JSON document on stdout

Formats
  md     Markdown: the tables for an issue or a chat
  html   one file with charts, for screen and A4: no script, nothing loaded
  json   everything, schema_version 1; amounts are exact decimal texts
  csv    chargeback: a row for each team, project and month, and TOTAL
  focus  FOCUS 1.2 (focus.finops.org), for tools of FinOps

Examples
  npx nexus finops-report
  npx nexus finops-report --from 2026-11-01 --to 2026-11-30 --format md,html --out report.md
  npx nexus finops-report --ledger logs/llm_cost_ledger.jsonl --out november.html --lang ko
  0 9 1 * *   cd /srv/nexus && npx nexus finops-report --format html,csv     (cron, the month that just ended)

Exit status: 0 written, also when nothing was spent; 2 could not run (options, unreadable file, unreachable Redis).
도움말: npx nexus finops-report --help --lang ko
`;

/** The same in Korean. */
export const koreanHelp = `사용법: npx nexus finops-report [옵션]

언어 모델에 쓴 비용을 보고합니다. 합계, 일별, 팀과 프로젝트, 모델, 무엇이 왜 달라졌는지, 단위 비용, 낭비, 예산, 월말
예측, 그리고 숫자를 얼마나 믿을 수 있는지가 들어 있습니다.

  --from DAY, --to DAY   FINOPS_TZ(기본 UTC)의 YYYY-MM-DD, 양쪽 날 포함. 둘 다 없으면 어제가 속한 달의 1일부터 오늘까지.
                         1일에 실행하면 막 끝난 달
  --out FILE             쓸 파일 (NEXUS_DATA_DIR의 logs/finops_report.md). 확장자가 형식을 정합니다. 여러 번 쓸 수
                         있고 - 는 표준 출력
  --format LIST          md, json, csv, focus, html 을 쉼표로: --out 이름 옆에 형식마다 파일 하나
  --compare WHAT         prev: 직전 기간(기본), yoy: 전년 같은 날, none
  --team NAME            이 팀만. --project, --provider, --model, --purpose 도 같습니다. 여러 번 쓸 수 있습니다
  --ledger WHERE         redis(기본: REDIS_URL, 없으면 이 컴퓨터의 Redis), redis://..., 또는 비용 기록 JSONL 파일
  --skip-corrupt         파일의 손상된 줄을 건너뛰고 보고서에 그 수를 적습니다
  --as-of WHEN           하루(그날의 끝) 또는 2026-11-30T09:00:00Z 같은 시각: 예측과 예산의 기준 시각.
                         기본값은 지금, 끝난 기간이면 기간의 끝
  --reconcile            기간의 행·집계·카운터가 맞는지 대조합니다 (모든 행을 읽습니다)
  --bom                  CSV 파일에 BOM을 넣습니다 (엑셀용)
  --lang en|ko           보고서(기본 en 또는 NEXUS_LANG)와 안내문의 언어
  --json                 파일 목록과 보고서를 JSON 문서 하나로 표준 출력에

형식
  md     Markdown: 이슈나 채팅에 붙일 표
  html   차트가 든 파일 하나, 화면과 A4용: 스크립트와 외부 자원 없음
  json   모든 데이터, schema_version 1. 금액은 정확한 십진 문자열
  csv    비용 배분: 팀·프로젝트·월마다 한 줄과 TOTAL
  focus  FOCUS 1.2 (focus.finops.org), FinOps 도구용

예
  npx nexus finops-report
  npx nexus finops-report --from 2026-11-01 --to 2026-11-30 --format md,html --out report.md
  npx nexus finops-report --ledger logs/llm_cost_ledger.jsonl --out november.html --lang ko
  0 9 1 * *   cd /srv/nexus && npx nexus finops-report --format html,csv     (cron, 막 끝난 달)

종료 코드: 0 썼음(지출이 없어도), 2 실행할 수 없음(옵션, 읽을 수 없는 파일, 닿지 않는 Redis).
`;
