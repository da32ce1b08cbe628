import type {
  Ledger,
  ReserveRequest as LedgerReserveRequest,
  Settled,
  Settlement as LedgerSettlement,
} from '@nexus/finops-ledger';
import type { CallTags, LedgerPort, ReserveRequest, Settlement } from '@nexus/llm-router';
import type { Logger } from '@nexus/runtime';
import { isStoreUnavailable } from '../ops/store-unavailable.ts';

/** What a call that was answered from an equal one did not cost. */
export type Avoided = { provider: string; model: string; nano: bigint };

/** The shared ledger as the router wants it. What was spent is told until it is stored, whatever the caller was told. */
export type ModelLedger = LedgerPort & {
  /** Never rejects and never waits: a saving that cannot be counted is said, and lost. */
  avoided: (tags: CallTags, avoided: Avoided) => void;
  /** Settlements that wait for the store. */
  waiting: () => number;
  /** Tries once more to store what waits, before the connection is closed. What is left then is told as lost. */
  close: () => Promise<void>;
};

export type ModelLedgerOptions = {
  ledger: Pick<Ledger, 'reserve' | 'settle' | 'riders' | 'void' | 'avoided'>;
  /** Told once for each cost that the ledger has counted. */
  onSettled: (settlement: Settlement) => void;
  /** Told for each cost that will never be counted. */
  onLost: (settlement: Settlement) => void;
  logger: Logger;
  /** Calls back after about so many milliseconds; must not keep the process alive. */
  later: (run: () => void, milliseconds: number) => void;
};

type Waiting = { id: string; settlement: Settlement };

const AGAIN_MS = 1000;
/** Some 50 MB: an outage of an hour at 25 calls a second. */
const MOST_WAITING = 100_000;

export function createModelLedger({ ledger, onSettled, onLost, logger, later }: ModelLedgerOptions): ModelLedger {
  let queue: Waiting[] = [];
  let planned = false;
  /** Reservations of settlements that were sent and not answered yet: they may be stored already when they are told again. */
  const unanswered = new Set<string>();

  async function store({ id, settlement }: Waiting): Promise<{ changed: boolean }> {
    const wasSent = unanswered.has(id);
    unanswered.add(id);
    return stored({ id, settlement }, await ledger.settle(id, costOf(settlement, id)), wasSent);
  }

  function stored({ id, settlement }: Waiting, { changed, kind }: Settled, wasSent: boolean): { changed: boolean } {
    unanswered.delete(id);
    if (kind === 'voided') lose({ id, settlement }, new Error('its reservation was given back before'));
    else if (changed || wasSent) onSettled(settlement);
    return { changed };
  }

  function keep(item: Waiting): void {
    if (queue.length >= MOST_WAITING) return lose(item, new Error('too many costs wait for the store'));
    queue.push(item);
    plan();
  }

  function lose({ id, settlement }: Waiting, error: unknown): void {
    unanswered.delete(id);
    const { provider, model, actual_nano } = settlement;
    logger.error('A cost could not be put into the ledger: it is in this line only', {
      event: 'LEDGER_COST_LOST',
      reservation_id: id,
      provider,
      model,
      actual_nano: String(actual_nano),
      error,
    });
    onLost(settlement);
  }

  function plan(): void {
    if (planned) return;
    planned = true;
    later(() => {
      planned = false;
      void again();
    }, AGAIN_MS);
  }

  /** In order, until the store is away again. Settling is idempotent: what was stored without our hearing of it changes nothing. */
  async function again(): Promise<void> {
    const items = queue;
    queue = [];
    for (const [place, item] of items.entries()) {
      try {
        await store(item);
      } catch (error) {
        if (!isStoreUnavailable(error)) {
          lose(item, error);
          continue;
        }
        queue = [...items.slice(place), ...queue];
        return plan();
      }
    }
  }

  async function settle(id: string, settlement: Settlement): Promise<{ changed: boolean }> {
    try {
      return await store({ id, settlement });
    } catch (error) {
      if (isStoreUnavailable(error)) keep({ id, settlement });
      else lose({ id, settlement }, error);
      throw error;
    }
  }

  const { reserve, settle: settling } = ledger.riders;
  return {
    reserve: (request) => ledger.reserve(holdOf(request)),
    riders: {
      reserve: {
        ...reserve,
        argument: (request) => reserve.argument(holdOf(request)),
        read: (reply, { reservation_id }) => reserve.read(reply, reservation_id),
      },
      settle: {
        ...settling,
        argument(settlement) {
          const argument = settling.argument(costOf(settlement, settlement.reservation_id));
          unanswered.add(settlement.reservation_id);
          return argument;
        },
        read(reply, settlement) {
          const id = settlement.reservation_id;
          const settled = settling.read(reply, id);
          return settled === undefined ? undefined : stored({ id, settlement }, settled, false);
        },
      },
    },
    settle,
    void: (id) => ledger.void(id),
    avoided({ team, project, purpose }, { provider, model, nano }) {
      ledger.avoided({ team, project, purpose, provider, model }, nano).catch((error: unknown) => {
        logger.warn('A saving could not be counted', { event: 'LEDGER_SAVING_LOST', error });
      });
    },
    waiting: () => queue.length,
    async close() {
      await again();
      for (const item of queue) lose(item, new Error('the supervisor stopped while the store was away'));
      queue = [];
    },
  };
}

function holdOf({ tags, ...rest }: ReserveRequest): LedgerReserveRequest {
  return { ...rest, ...scopesOf(tags) };
}

/** Written out, because copying what is left of an object costs more than all else here. */
function costOf(settlement: Settlement, reservation_id: string): LedgerSettlement & { reservation_id: string } {
  const { tags } = settlement;
  const cost: LedgerSettlement & { reservation_id: string } = {
    reservation_id,
    reserved_at: settlement.reserved_at,
    estimate_nano: settlement.estimated_nano,
    actual_nano: settlement.actual_nano,
    list_nano: settlement.list_nano,
    provider: settlement.provider,
    model: settlement.model,
    tags: { team: tags.team, project: tags.project, purpose: tags.purpose },
    usage: settlement.usage,
    approx: settlement.approx,
    wasted: settlement.wasted,
    price_source: settlement.price_source,
    key_id: settlement.key_id,
    fp: tags.prompt_fp,
    task_id: tags.task_id,
    latency_ms: Math.round(settlement.latency_ms),
    budget_reason: settlement.budget_reason,
  };
  if (tags.caller !== null) cost.key = tags.caller;
  return cost;
}

function scopesOf({ team, project, purpose, caller }: CallTags): Pick<LedgerReserveRequest, 'tags' | 'key'> {
  const tags = { team, project, purpose };
  return caller === null ? { tags } : { tags, key: caller };
}
