import type { Language } from '../../letters/language.ts';
import type { SumName } from './sums.ts';

const english = {
  stack: 'A Nexus of the demo’s own: Redis and supervisor',
  created: (n: string) => `${n} tasks created over the API`,
  failed: (n: string) => `${n} tasks failed, each from one of five causes`,
  filling: 'filling the dead-letter queue',
  title: (n: string) => `${n} tasks have failed overnight. What now?`,
  groups: `Nobody reads that many messages. Numbers, ids, times and quoted values do not make a new cause,
so every cause is one line, the worst first:`,
  plan: (
    n: string,
  ) => `Triage has an opinion on every cause: try again, hold for a correction, tell somebody, leave. A plan
says what that means for the first ${n} letters, oldest first, and changes nothing:`,
  apply: 'The plan is what we want. Its hash does exactly that, whatever arrives in between:',
  mended: `Morning: the provider that did not answer is back. The one behind the 503s is not. The agents start
again, and the letters that were sent back get their second try. How did they end?`,
  canary: (
    group: string,
    first: string,
  ) => `Most of group ${group} should succeed now. "Should" is what a canary is for: ${first} letters
go first, and the rest follows only if 80 % of them succeed:`,
  outcome: 'Every one of them is followed to its end:',
  stopped: (
    group: string,
    first: string,
  ) => `The same for the 503s, in group ${group}. Their provider is still down, so this is a mistake; it
costs ${first} tries instead of all of them:`,
  end: 'What is left, and where everything went:',
  sums: 'The sums',
  sumNames: {
    groups: 'letters in groups = tasks that failed',
    cause: 'letters of one cause',
    plan: 'done as planned',
    accounted: 'every letter looked at is accounted for',
    applied: 'letters before = sent back + held + alarmed + left',
    outcome: 'sent back = succeeded + failed again',
    canary: 'a failed canary moved nothing but itself',
    end: 'tasks = succeeded + in DLQ + in HOLD + in ALARM',
  } satisfies Record<SumName, string>,
  agree: (n: string) => `All ${n} sums agree.`,
  disagree: (n: string) => `${n} sums do NOT agree.`,
  seconds: (s: string) => `The whole story took ${s}.`,
  keep: (url: string) => `Nexus stays at ${url} until Ctrl-C. In another terminal:`,
  stoppedStack: 'Stopped, and everything of the demo removed',
};

export type StoryWords = typeof english;

const korean: StoryWords = {
  stack: '데모만의 Nexus: Redis 와 슈퍼바이저',
  created: (n) => `API 로 작업 ${n}건 생성`,
  failed: (n) => `작업 ${n}건이 다섯 가지 원인으로 실패`,
  filling: '데드레터 큐를 채우는 중',
  title: (n) => `밤사이 작업 ${n}건이 실패했습니다. 이제 어떻게 할까요?`,
  groups: `이만큼의 메시지를 다 읽을 사람은 없습니다. 숫자, 식별자, 시각, 따옴표 안의 값이 달라도 원인은 같으므로
원인마다 한 줄, 많은 것부터 보여 줍니다:`,
  plan: (n) => `원인마다 분류 의견이 있습니다: 다시 하기, 고칠 때까지 보류, 사람에게 알리기, 그대로 두기.
계획은 오래된 레터부터 ${n}건이 어떻게 될지 보여 주기만 하고 아무것도 바꾸지 않습니다:`,
  apply: '계획대로 합니다. 해시를 주면 그사이 무엇이 더 들어와도 정확히 그 계획만 실행합니다:',
  mended: `아침이 되어 답하지 않던 제공자가 돌아왔습니다. 503 을 내던 쪽은 아직입니다. 에이전트가 다시 시작되고,
되돌린 레터들이 두 번째 기회를 얻습니다. 어떻게 끝났을까요?`,
  canary: (group, first) => `묶음 ${group} 은 이제 대부분 성공할 것입니다. 그래도 확인은 선발대의 몫입니다:
${first}건이 먼저 가고, 80 % 이상 성공해야 나머지가 뒤따릅니다:`,
  outcome: '보낸 레터는 하나하나 끝까지 확인합니다:',
  stopped: (
    group,
    first,
  ) => `503 쪽 묶음 ${group} 에도 같은 일을 해 봅니다. 제공자가 아직 내려가 있으니 잘못된 판단이지만,
전부가 아니라 ${first}건의 시도로 끝납니다:`,
  end: '무엇이 남았고, 모두 어디로 갔을까요:',
  sums: '합계',
  sumNames: {
    groups: '묶음의 레터 = 실패한 작업',
    cause: '한 원인의 레터',
    plan: '계획대로 실행됨',
    accounted: '살펴본 레터를 빠짐없이 셈',
    applied: '처리 전 레터 = 되돌림 + 보류 + 경보 + 남음',
    outcome: '되돌린 것 = 성공 + 다시 실패',
    canary: '실패한 선발대는 자기만 움직였음',
    end: '작업 = 성공 + DLQ + HOLD + ALARM',
  },
  agree: (n) => `합계 ${n}개가 모두 맞습니다.`,
  disagree: (n) => `합계 ${n}개가 맞지 않습니다.`,
  seconds: (s) => `전체 ${s} 걸렸습니다.`,
  keep: (url) => `Nexus 가 Ctrl-C 까지 ${url} 에 남아 있습니다. 다른 터미널에서:`,
  stoppedStack: '멈추고 데모의 모든 것을 지움',
};

const languages: Readonly<Record<Language, StoryWords>> = { en: english, ko: korean };

/** What the demo of failures tells, in a language. */
export function storyIn(language: Language): StoryWords {
  return languages[language];
}
