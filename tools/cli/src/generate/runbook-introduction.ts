import { marked } from 'marked';
import type { RunbookLanguage } from './runbook-page.ts';

/** What holds for every runbook, as Markdown; stands in the index in front of the table. */
export const runbookIntroduction: Record<RunbookLanguage, string> = {
  en: `1. \`export ADMIN_API_KEY=…\` first; the commands read it. Words in capitals (\`GROUP\`, \`ID\`, \`TASK_ID\`) are yours to fill in: \`npx nexus dlq groups\` shows groups, every large action prints its id.
2. Look, repair the cause, send a few, then the rest. \`--dry-run\` changes nothing and counts what would happen.
3. A requeue takes ten letters unless \`--limit\` says otherwise (at most 200). With \`--canary\`, \`--per-second\` or \`--all\` it takes every match, in the background; with \`--canary\` the first few, and the rest only if enough of them succeed.
4. Letters that triage to \`alarm\` are not requeued while \`ENFORCE_ALARM_NO_REQUEUE=true\`, not even with \`--force\`. A locked letter needs \`--force\` or patience, one that was requeued five times (\`requeue_limit\` of the triage policy) needs \`--force\` and a reason.
5. A setting counts after a restart of the process that reads it: \`docker compose -f docker/compose.yaml --project-directory . up -d SERVICE\`, or Ctrl-C and \`npm start\`. Under \`npm start\` the logs are in its terminal.
6. A purge cannot be undone. If in doubt, hold: \`npx nexus dlq hold --mode manual --group GROUP\`.`,
  ko: `1. 먼저 \`export ADMIN_API_KEY=…\`를 합니다. 명령이 이 값을 읽습니다. 대문자로 쓴 말(\`GROUP\`, \`ID\`, \`TASK_ID\`)은 직접 채웁니다. 묶음은 \`npx nexus dlq groups\`에 나오고, 대량 작업은 시작할 때 번호를 알려 줍니다.
2. 살펴보고, 원인을 고치고, 몇 건만 보낸 뒤, 나머지를 보냅니다. \`--dry-run\`은 아무것도 바꾸지 않고 무슨 일이 생길지만 셉니다.
3. 재투입(requeue)은 \`--limit\`이 없으면 열 건, 많아야 200건입니다. \`--canary\`, \`--per-second\`, \`--all\`을 주면 조건에 맞는 모두를 백그라운드로 보냅니다. \`--canary\`는 처음 몇 건이 충분히 성공해야 나머지를 보냅니다.
4. 분류가 \`alarm\`인 레터는 \`ENFORCE_ALARM_NO_REQUEUE=true\`인 동안 \`--force\`로도 재투입할 수 없습니다. 잠긴 레터는 기다리거나 \`--force\`가 필요하고, 다섯 번 재투입한 레터(분류 정책의 \`requeue_limit\`)는 이유가 있을 때만 \`--force\`로 보냅니다.
5. 설정은 그 값을 읽는 프로세스를 다시 시작해야 적용됩니다: \`docker compose -f docker/compose.yaml --project-directory . up -d SERVICE\`, 또는 Ctrl-C 뒤 \`npm start\`. \`npm start\`로 띄웠다면 로그는 그 터미널에 있습니다.
6. 삭제(purge)는 되돌릴 수 없습니다. 망설여지면 보류하세요: \`npx nexus dlq hold --mode manual --group GROUP\`.`,
};

/** The introduction as HTML; its Markdown is ours and holds no raw HTML. */
export function renderIntroduction(language: RunbookLanguage): string {
  return marked.parse(runbookIntroduction[language], { async: false }).trim();
}
