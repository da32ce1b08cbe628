import {
  budgetSchema,
  budgetsSchema,
  deleteBudgetQuery,
  ledgerPageSchema,
  ledgerQuery,
  putBudgetSchema,
  spendSummaryQuery,
  spendSummarySchema,
} from '../finops.ts';
import { json, nothing, route } from '../route.ts';

const store = ['STORE_UNAVAILABLE'] as const;

/** What was spent on language models, and what may be. */
export const finopsRoutes = {
  finopsSummary: route({
    method: 'GET',
    path: '/finops/summary',
    auth: 'admin',
    group: 'spending',
    summary: 'Read the spend report',
    summary_ko: '지출 보고서 읽기',
    description:
      'The data of the report that nexus finops-report writes: totals, days, teams, models, movers, unit costs, waste, forecast, data quality. Money as decimal texts.',
    description_ko:
      'nexus finops-report 가 쓰는 보고서의 데이터: 합계, 일별, 팀, 모델, 변동, 단가, 낭비, 예측, 데이터 품질. 금액은 십진 문자열입니다.',
    query: spendSummaryQuery,
    responses: { 200: json(spendSummarySchema), errors: ['BAD_REQUEST', ...store] },
  }),
  finopsBudgets: route({
    method: 'GET',
    path: '/finops/budgets',
    auth: 'admin',
    group: 'spending',
    summary: 'List the budgets',
    summary_ko: '예산 목록',
    description: 'Every budget with what is spent and reserved of it in the present day or month, in FINOPS_TZ.',
    description_ko: '현재 일 또는 월(FINOPS_TZ)의 지출과 예약을 포함한 모든 예산입니다.',
    responses: { 200: json(budgetsSchema), errors: store },
  }),
  finopsPutBudget: route({
    method: 'PUT',
    path: '/finops/budgets',
    auth: 'admin',
    group: 'spending',
    summary: 'Set a budget',
    summary_ko: '예산 설정',
    description:
      'Holds from the next call on, in every process, and counts what was spent before. Budgets of the settings and of the budgets file are changed there: 409.',
    description_ko:
      '모든 프로세스에서 다음 호출부터 적용되며 이전 지출도 포함합니다. 설정이나 예산 파일의 예산은 그곳에서 변경합니다: 409.',
    body: json(putBudgetSchema),
    responses: { 200: json(budgetSchema), errors: ['BUDGET_DECLARED_ELSEWHERE', ...store] },
    example: { period: 'month', scope: 'team:ops', hard_usd: '250' },
  }),
  finopsDeleteBudget: route({
    method: 'DELETE',
    path: '/finops/budgets',
    auth: 'admin',
    group: 'spending',
    summary: 'Remove a budget',
    summary_ko: '예산 삭제',
    query: deleteBudgetQuery,
    responses: { 204: nothing(), errors: ['NOT_FOUND', 'BUDGET_DECLARED_ELSEWHERE', ...store] },
  }),
  finopsLedger: route({
    method: 'GET',
    path: '/finops/ledger',
    auth: 'admin',
    group: 'spending',
    summary: 'Read the cost ledger',
    summary_ko: '비용 원장 읽기',
    description:
      'One record for each billed answer of a provider, in the order in which they were written. For the chained export use nexus ledger export.',
    description_ko:
      '공급자의 과금된 응답마다 한 건, 기록된 순서입니다. 체인이 포함된 내보내기는 nexus ledger export 를 사용합니다.',
    query: ledgerQuery,
    responses: { 200: json(ledgerPageSchema), errors: ['BAD_REQUEST', ...store] },
  }),
};
