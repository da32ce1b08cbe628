import type { GroupState, OperationStatus, Park, TaskError } from '@nexus/contracts';

/** Exact matches on the effective values; several values of one name mean any of them, several names all of them. */
export type LetterFilter = {
  failure_code?: string[] | undefined;
  task_type?: string[] | undefined;
  /** Fingerprint hash of a group. */
  group?: string | undefined;
};

/**
 * What equal letters share. The index keeps one sorted set per park and cause, so that counts and decisions by cause are
 * exact over any number of letters. `group` is {@link UNPARSABLE_GROUP} for letters whose data cannot be read.
 */
export type LetterCause = { failure_code: string; task_type: string; group: string; requeues: number };

/** Group of letters whose job data is not a task. They are shown and purged, never moved. */
export const UNPARSABLE_GROUP = 'unparsable';

/** Letters of one cause in one park. */
export type CauseCount = LetterCause & { count: number };

/** Inclusive bounds on what may differ between letters of one cause; all given ones hold. */
export type LetterCondition = {
  age_min_seconds?: number | undefined;
  age_max_seconds?: number | undefined;
  attempts_min?: number | undefined;
  attempts_max?: number | undefined;
};

/**
 * What is to become of the letters of a cause. `stay` = looked at, counted and left (triage says ignore); `refuse` = a
 * policy forbids it (skipped_policy); `pass` = not concerned: not even looked at.
 */
export type Disposition = 'requeue' | 'hold' | 'alarm' | 'purge' | 'stay' | 'refuse' | 'pass';

/** The first verdict whose condition holds decides; the last one has none. */
export type LetterVerdict = { do: Disposition; when?: LetterCondition | undefined };

/** One dead letter as its job stands. Nothing is masked here. */
export type DeadLetter = LetterCause & {
  task_id: string;
  park: Park;
  /** Opaque, stable while the task stays a letter. */
  delivery_tag: string;
  /** ISO 8601; null when it is not known. */
  failed_at: string | null;
  /** Deliveries over the life of the task. */
  attempts: number;
  /** Retries used in the last cycle. */
  retries: number;
  locked: boolean;
  error: TaskError;
  /** The task body, or undefined when the job data is not a task. */
  envelope: Record<string, unknown> | undefined;
  pr_url: string | null;
  issue_url: string | null;
};

export type LetterPage = { letters: DeadLetter[]; total: number; next_cursor: string | null };

/** What a move is asked to do. */
export type MoveRequest = {
  park: Park;
  filter: LetterFilter;
  /** Verdicts for the letters of a cause. Pure; asked once per cause. */
  verdicts: (cause: LetterCause) => LetterVerdict[];
  limits: MoveLimits;
  /** Letters older than this are passed over and counted (skipped_age). */
  maxAgeSeconds?: number | undefined;
  /** `respect`: locked letters are not requeued (skipped_locked); `release`: they are, and the lock goes. */
  locks: 'respect' | 'release';
  dryRun: boolean;
  /** Only letters that had arrived when this plan was made, at its time. From {@link DeadLetters.freeze}. */
  frozen?: Frozen | undefined;
  /** Callers with the same key share the caps of `limits` while they run; with a plan's hash, as long as the plan is kept. */
  budget: { key: string; kept: boolean };
  /** Whether letters moved to alarm are put on the alert stream by the same step that moves them. */
  alert: boolean;
  record: MoveRecord;
};

/** Absent = no limit, 0 = none. */
export type MoveLimits = {
  /** Letters moved, of whatever kind. */
  moves?: number | undefined;
  /** Letters looked at one by one. */
  visits?: number | undefined;
  requeue?: number | undefined;
  hold?: number | undefined;
  alarm?: number | undefined;
};

/** The moment a plan was made: letters that arrived later, and time that passed since, do not count. */
export type Frozen = { now: number; sequence: number; score: string };

/** Who does what and why, for the operation's record and the audit stream. */
export type MoveRecord = {
  operation_id: string;
  name: string;
  action: string;
  by: string;
  reason?: string | undefined;
  audit: Record<string, string>;
};

/** What came of it. scanned = acted + skipped + errors. */
export type MoveReport = {
  /** Letters that match the filter and arrived in time. */
  total: number;
  scanned: number;
  truncated: boolean;
  acted: { requeue: number; hold: number; alarm: number; purge: number; stay: number };
  skipped_age: number;
  skipped_cap: number;
  skipped_locked: number;
  skipped_policy: number;
  errors: number;
  /** First 20 affected task ids. */
  ids: string[];
  /** Moved letters by code and type, for metrics. */
  moved: { failure_code: string; task_type: string; disposition: Disposition; count: number }[];
  /** Entries on the alert stream, in order. */
  alerts: string[];
};

/** How requeued letters ended so far. */
export type Outcome = {
  requeued: number;
  pending: number;
  succeeded: number;
  failed_again: number;
  failed_same_cause: number;
  gone: number;
};

/** Progress and counts of an operation as they lie in Redis, written by the same steps that move letters. */
export type OperationRecord = Omit<MoveReport, 'total' | 'scanned' | 'truncated' | 'ids' | 'moved' | 'alerts'> & {
  operation_id: string;
  name: string;
  action: string;
  status: OperationStatus;
  by: string;
  reason: string | null;
  started_at: string;
  updated_at: string;
  finished_at: string | null;
  total: number;
  done: number;
  alerted: number;
  /** What it was asked to do, as its creator wrote it down. */
  request: Record<string, unknown>;
  outcome: Outcome;
  error: string | null;
  cancelled: boolean;
};

/** What people have made of a group. */
export type GroupRecord = {
  group: string;
  failure_code: string;
  state: GroupState;
  /** Came back after it was resolved. */
  regression: boolean;
  state_by: string | null;
  state_at: string | null;
  state_reason: string | null;
  /** When the first and the latest letter of the group failed, whatever became of them; null = none is known. */
  first_seen: string | null;
  last_seen: string | null;
};

/** How a background operation is run. */
export type OperationStep = {
  operation: OperationRecord;
  /** Moves at most `moves` further letters; the position is kept in the record. Refused when somebody else has taken over. */
  advance: (
    request: MoveRequest,
    moves: number,
  ) => Promise<{ report: MoveReport; finished: boolean } | 'lost' | 'cancelled'>;
  update: (fields: { status?: OperationStatus; error?: string; request?: Record<string, unknown> }) => Promise<void>;
  release: () => Promise<void>;
};

/** A purged task, as long as it is remembered. */
export type Tombstone = { task_id: string; task_type: string; failure_code: string; by: string; at: string };

/**
 * The dead letters of a task queue: failed jobs with a park label. Every move of a letter is one atomic step of one script,
 * so that any number of callers, and a crash at any point, move each letter at most once and lose none. While Redis cannot
 * be reached every method throws within seconds.
 */
export type DeadLetters = {
  /** Numbers of letters by cause. Exact, whatever their number. */
  causes(park: Park, filter?: LetterFilter): Promise<CauseCount[]>;
  /** The newest letter of each cause, in the order asked; undefined where there is none any more. */
  newest(park: Park, causes: LetterCause[]): Promise<(DeadLetter | undefined)[]>;
  /** One page, oldest first; 'invalid_cursor' for a cursor that is not of this query. Changes nothing. */
  page(
    park: Park,
    query: { filter: LetterFilter; limit: number; cursor?: string | undefined },
  ): Promise<LetterPage | 'invalid_cursor'>;
  /** Letters by their task ids; undefined where there is no letter. */
  read(taskIds: string[]): Promise<(DeadLetter | undefined)[]>;
  /** Moves letters, oldest first, or counts what it would move. */
  move(request: MoveRequest): Promise<MoveReport>;
  /** The present moment as the bound of a plan. */
  freeze(): Promise<Frozen>;
  /** Keeps a plan for 900 s and returns its hash; equal content made at the same moment has one hash. */
  keepPlan(plan: Record<string, unknown>): Promise<string>;
  /** The plan, or undefined when it is unknown or expired. */
  readPlan(hash: string): Promise<Record<string, unknown> | undefined>;
  groups: {
    read(groups: string[]): Promise<GroupRecord[]>;
    /** Undefined when no letter ever had this group. */
    setState(
      group: string,
      change: { state: GroupState; by: string; reason?: string | undefined },
    ): Promise<GroupRecord | undefined>;
  };
  operations: {
    /** Records an operation that {@link OperationStep}s will carry out. */
    create(record: MoveRecord & { request: Record<string, unknown>; total: number }): Promise<OperationRecord>;
    /** With its outcome brought up to date as far as a bounded look allows. */
    read(operationId: string): Promise<OperationRecord | undefined>;
    /** Newest first. */
    list(query: { limit: number; status?: OperationStatus | undefined }): Promise<OperationRecord[]>;
    cancel(operationId: string): Promise<'cancelled' | 'terminal' | 'not_found'>;
    addAlerted(operationId: string, count: number): Promise<void>;
    /** Takes an operation that runs and that nobody works on, for a lease that every step renews; undefined = none. */
    take(operationId?: string): Promise<OperationStep | undefined>;
    /** Looks how requeued letters ended; returns how many were settled now. */
    settleOutcomes(): Promise<number>;
  };
  tombstone(taskId: string): Promise<Tombstone | undefined>;
  /** Puts a record on the audit stream. */
  audit(event: string, fields: Record<string, string>): Promise<void>;
};
