import type { Language } from '../letters/language.ts';

const english = `Usage: npx nexus ledger export|verify|seal|reconcile|rebuild [options]

The cost ledger and the audit of model calls. Both are sealed into one hash chain each, in files of a day under
NEXUS_DATA_DIR/finops; an export is a JSONL file of it that anybody can verify.

  export      write the records of a window, and the last hash beside it (FILE.chain; FILE.gaps when records are left out)
    --kind ledger|audit    which records (ledger)
    --from DAY, --to DAY   YYYY-MM-DD in FINOPS_TZ (UTC), both included; without: everything
    --out FILE             where to write (LLM_COST_LEDGER_PATH or LLM_AUDIT_LOG_PATH in NEXUS_DATA_DIR)
    --no-seal              only what is sealed already; without it what is new is sealed first
  verify      check the chain and name the first bad line
    --file FILE            only this file; without: all that is sealed, and the standard exports that are there
    --kind ledger|audit    which chain (both); of a file: told by its records
    --no-head              do not compare a file with the head in Redis: for a file of another installation
  seal        seal what is new; the supervisors do it by themselves
    --kind ledger|audit    which chain (both)
  reconcile   compare lines, sums and counters in Redis
    --from DAY, --to DAY   both included (the month so far)
  rebuild     make sums and counters what the lines say
    --from DAY, --to DAY   as above
    --yes                  do it; without it differences are shown and nothing is changed

Every one takes
  --json                 one JSON document on stdout
  --lang en|ko           (NEXUS_LANG, LANG)

Examples
  npx nexus ledger export --from 2026-11-01 --to 2026-11-30 --out november.jsonl
  npx nexus ledger verify --file november.jsonl
  npx nexus ledger verify
  npx nexus ledger reconcile --json

Exit status: 0 in order; 1 the chain is broken, totals differ, or records were lost; 2 could not run (options,
unreachable Redis, unreadable file).
도움말: npx nexus ledger --help --lang ko
`;

const korean = `사용법: npx nexus ledger export|verify|seal|reconcile|rebuild [옵션]

비용 원장과 모델 호출 감사 기록입니다. 둘 다 NEXUS_DATA_DIR/finops 아래 하루 단위 파일에 해시 체인 하나로 봉인되며,
내보낸 JSONL 파일은 누구나 검증할 수 있습니다.

  export      기간의 기록을 쓰고, 마지막 해시를 옆에 둡니다 (FILE.chain, 빠진 기록이 있으면 FILE.gaps)
    --kind ledger|audit    어떤 기록인지 (ledger)
    --from DAY, --to DAY   FINOPS_TZ(기본 UTC)의 YYYY-MM-DD, 양쪽 날 포함. 없으면 전체
    --out FILE             쓸 파일 (NEXUS_DATA_DIR의 LLM_COST_LEDGER_PATH 또는 LLM_AUDIT_LOG_PATH)
    --no-seal              이미 봉인된 것만. 없으면 새 기록을 먼저 봉인합니다
  verify      체인을 검사하고 처음으로 잘못된 줄을 알려 줍니다
    --file FILE            이 파일만. 없으면 봉인된 전부와, 있으면 기본 내보내기 파일
    --kind ledger|audit    어떤 체인인지 (둘 다). 파일은 기록을 보고 압니다
    --no-head              파일을 Redis의 머리와 비교하지 않습니다: 다른 설치의 파일일 때
  seal        새 기록을 봉인합니다. 평소에는 슈퍼바이저가 스스로 합니다
    --kind ledger|audit    어떤 체인인지 (둘 다)
  reconcile   Redis의 행, 합계, 카운터를 대조합니다
    --from DAY, --to DAY   양쪽 날 포함 (이번 달 오늘까지)
  rebuild     합계와 카운터를 행대로 다시 만듭니다
    --from DAY, --to DAY   위와 같음
    --yes                  실행합니다. 없으면 차이만 보여 주고 아무것도 바꾸지 않습니다

모두 받는 옵션
  --json                 JSON 문서 하나를 표준 출력에
  --lang en|ko           (NEXUS_LANG, LANG)

예
  npx nexus ledger export --from 2026-11-01 --to 2026-11-30 --out november.jsonl
  npx nexus ledger verify --file november.jsonl
  npx nexus ledger verify
  npx nexus ledger reconcile --json

종료 코드: 0 이상 없음, 1 체인이 깨졌거나 합계가 다르거나 기록을 잃음, 2 실행할 수 없음(옵션, 닿지 않는 Redis, 읽을 수 없는 파일).
`;

/** What `npx nexus ledger --help` prints. */
export function ledgerHelp(language: Language): string {
  return language === 'ko' ? korean : english;
}
