import type { Language } from '../../letters/language.ts';
import type { BudgetSumName } from './budget-sums.ts';

const english = {
  stack: 'A Nexus of the demo’s own: Redis, two supervisors, a simulated provider',
  title: (calls: string, cap: string) =>
    `${calls} calls at the same time at two supervisors, with ${cap} USD to spend. Each call reserves what it may cost at
most before its provider is asked, and pays what it did cost afterwards.`,
  firing: 'calling',
  answered: 'answered',
  refused: 'refused by the budget (402)',
  other: 'anything else',
  spent: 'spent',
  cap: 'budget',
  sums: 'The sums, in nano-USD',
  sumNames: {
    calls: 'calls = answered + refused',
    cap: 'spent is within the budget',
    held: 'nothing is left reserved',
    counters: 'what the answers say they cost = spent of the budget',
    ledger: 'sum of the ledger’s records = spent of the budget',
    report: 'total of the report = spent of the budget',
    metric: 'metric of both supervisors = spent of the budget',
    reconcile: 'reconciliation finds no difference',
  } satisfies Record<BudgetSumName, string>,
  agree: (n: string) => `All ${n} sums agree.`,
  disagree: (n: string) => `${n} sums do NOT agree.`,
  stopped: 'Stopped, and everything of the demo removed',
};

export type BudgetWords = typeof english;

const korean: BudgetWords = {
  stack: '데모만의 Nexus: Redis, 슈퍼바이저 두 대, 모의 공급자',
  title: (calls, cap) =>
    `슈퍼바이저 두 대에 호출 ${calls}건을 동시에 보냅니다. 예산은 ${cap} USD 입니다. 호출마다 공급자에게 묻기 전에 최대 비용을
예약하고, 끝난 뒤 실제 비용만 냅니다.`,
  firing: '호출 중',
  answered: '응답',
  refused: '예산으로 거절 (402)',
  other: '그 밖',
  spent: '지출',
  cap: '예산',
  sums: '합계 (nano-USD)',
  sumNames: {
    calls: '호출 = 응답 + 거절',
    cap: '지출이 예산 안에 있음',
    held: '남은 예약이 없음',
    counters: '응답이 말한 비용의 합 = 예산의 지출',
    ledger: '원장 기록의 합 = 예산의 지출',
    report: '보고서 합계 = 예산의 지출',
    metric: '두 슈퍼바이저의 메트릭 = 예산의 지출',
    reconcile: '대사에서 차이 없음',
  },
  agree: (n) => `합계 ${n}개가 모두 맞습니다.`,
  disagree: (n) => `합계 ${n}개가 맞지 않습니다.`,
  stopped: '정지하고 데모의 모든 것을 지움',
};

/** What the demo says, in the language of its reader. */
export function budgetWordsIn(language: Language): BudgetWords {
  return language === 'ko' ? korean : english;
}
