import type { Operation } from '@nexus/contracts';
import type { ApplyAnswer } from '../views/apply-view.ts';
import type { LetterGroup, LetterGroups } from '../views/groups-view.ts';
import type { Letter, LetterPage } from '../views/letters-view.ts';

/** The time of every document here. */
export const NOW = Date.parse('2026-11-20T09:00:00.000Z');

const FAILED_AT = '2026-11-20T08:57:00.000Z';
const OPERATION_ID = '0b0fdc53-1c57-4c0a-8d6a-0f2f9a0e7a11';

/** Counts that every answer about letters has, none of them set. */
export const noCounts = {
  total: 0,
  truncated: false,
  skipped_age: 0,
  skipped_cap: 0,
  skipped_locked: 0,
  skipped_policy: 0,
  errors: 0,
};

/** A group of timeouts. */
export function groupDocument(over: Partial<LetterGroup> = {}): LetterGroup {
  return {
    group: '0a1b2c3d4e5f60',
    failure_code: 'PROVIDER_TIMEOUT',
    message: 'the provider did not answer within <duration>',
    count: 4500,
    first_seen: '2026-11-20T07:00:00.000Z',
    last_seen: FAILED_AT,
    task_types: { excel_kakao: 4500 },
    sample: { task_id: OPERATION_ID, message: 'the provider did not answer within 31 s' },
    decision: { action: 'requeue', reason: 'may pass', rule: 'requeue-codes', conditional: false },
    state: 'open',
    regression: false,
    state_by: null,
    state_at: null,
    state_reason: null,
    runbook: null,
    ...over,
  };
}

export function groupsDocument(items: LetterGroup[]): LetterGroups {
  const total = items.reduce((sum, group) => sum + group.count, 0);
  return { total, groups: items.length, truncated: false, items };
}

/** A dead letter with a failure envelope. */
export function letterDocument(message: string, over: Partial<Letter> = {}): Letter {
  return {
    delivery_tag: 'tag-1',
    correlation_id: '7b0fdc53-1c57-4c0a-8d6a-0f2f9a0e7a11',
    headers: { 'x-retry-count': 3, failure_code: 'PROVIDER_TIMEOUT' },
    message: { task_type: 'excel_kakao', last_error: { code: 'PROVIDER_TIMEOUT', message } },
    park: 'dlq',
    group: '0a1b2c3d4e5f60',
    failed_at: FAILED_AT,
    attempts: 4,
    requeues: 1,
    locked: true,
    decision: { action: 'requeue', reason: 'may pass', rule: 'requeue-codes' },
    runbook: 'https://wiki.example/PROVIDER_TIMEOUT',
    pr_url: null,
    issue_url: null,
    ...over,
  };
}

export function pageDocument(items: Letter[], over: Partial<LetterPage> = {}): LetterPage {
  return {
    ...noCounts,
    total: items.length,
    count: items.length,
    scanned: items.length,
    items,
    next_cursor: null,
    ...over,
  };
}

/** A plan (or, with dry_run false, what was done) over 10 of 12 letters. */
export function applyDocument(over: Partial<ApplyAnswer> = {}): ApplyAnswer {
  return {
    ...noCounts,
    total: 12,
    truncated: true,
    scanned: 10,
    dry_run: true,
    send_alert: true,
    acted: { requeue: 5, hold: 2, alarm: 0, ignore: 1 },
    alerted: 0,
    skipped_cap: 2,
    ids: [],
    plan_hash: 'c0ffee00c0ffee00c0ffee00c0ffee00',
    ...over,
  };
}

/** An operation that requeued 100 letters: 90 succeeded, 10 failed again. */
export function operationDocument(over: Partial<Operation> = {}): Operation {
  return {
    operation_id: OPERATION_ID,
    name: 'requeue',
    action: 'requeue',
    status: 'succeeded',
    park: 'dlq',
    filter: { failure_code: ['PROVIDER_TIMEOUT'] },
    mode: 'manual',
    force: false,
    by: 'admin:1a2b3c4d',
    reason: 'provider is back',
    started_at: FAILED_AT,
    updated_at: FAILED_AT,
    finished_at: FAILED_AT,
    progress: { done: 100, total: 100 },
    acted: { requeue: 100, hold: 0, alarm: 0, purge: 0, ignore: 0 },
    skipped_age: 0,
    skipped_cap: 0,
    skipped_locked: 0,
    skipped_policy: 0,
    errors: 0,
    alerted: 0,
    per_second: null,
    canary: { first: 20, min_success: 0.8, timeout_seconds: 3600 },
    outcome: { requeued: 100, pending: 0, succeeded: 90, failed_again: 10, failed_same_cause: 10, gone: 0 },
    error: null,
    ...over,
  };
}
