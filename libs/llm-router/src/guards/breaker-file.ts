import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProviderName } from '../model.ts';
import { PROVIDERS } from '../model.ts';
import { CIRCUIT_FIELDS, CLOSED, type Circuit } from './circuit.ts';
import { codeOf, takeFileLock } from './file-lock.ts';

export type Circuits = Partial<Record<ProviderName, Circuit>>;

/** Circuits in one file that the processes of a machine share: one object keyed by provider. */
export type BreakerFile = {
  /** What the file says now; without a lock, because it is replaced whole. */
  read(): Promise<Circuits>;
  /**
   * Reads, changes and replaces it while nobody else does; an empty object removes the file. Resolves to what `change`
   * returned. When the file cannot be written the state is kept in this process.
   */
  update<Result>(change: (circuits: Circuits) => Change<Result> | Promise<Change<Result>>): Promise<Result>;
};
/** `circuits` undefined = leave the file as it is. */
export type Change<Result> = { circuits?: Circuits | undefined; result: Result };

export type BreakerFileOptions = {
  path: string;
  wait: (milliseconds: number) => Promise<void>;
  newToken: () => string;
  /** Told when the file cannot be read or written, and why. */
  onError: (error: unknown) => void;
};

export function createBreakerFile(options: BreakerFileOptions): BreakerFile {
  const { path } = options;
  let queue: Promise<unknown> = Promise.resolve();
  /** What could not be written; undefined while the file is good. */
  let kept: Circuits | undefined;
  const told = new Set<string>();

  /** Once of each kind until a write succeeds: the file is read at every call while Redis is away. */
  function tell(error: unknown): void {
    const kind = String(codeOf(error) ?? error);
    if (!told.has(kind)) options.onError(error);
    told.add(kind);
  }

  async function read(): Promise<Circuits> {
    if (kept !== undefined) return kept;
    try {
      return circuitsIn(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      // A broken file protects nobody; refusing every call because of it would be worse.
      if (!isMissing(error)) tell(error);
      return {};
    }
  }

  async function write(circuits: Circuits): Promise<void> {
    try {
      await replaceFile(path, circuits, { token: options.newToken() });
      kept = undefined;
      told.clear();
    } catch (error) {
      tell(error);
      kept = Object.keys(circuits).length === 0 ? undefined : circuits;
    }
  }

  async function locked<Result>(
    change: (circuits: Circuits) => Change<Result> | Promise<Change<Result>>,
  ): Promise<Result> {
    const release = await takeFileLock(`${path}.lock`, options);
    try {
      const { circuits, result } = await change(await read());
      if (circuits !== undefined) await write(circuits);
      return result;
    } finally {
      await release();
    }
  }

  return {
    read,
    update(change) {
      // One after the other in this process, so that it does not fight itself for the lock.
      const turn = queue.then(() => locked(change));
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function replaceFile(path: string, circuits: Circuits, { token }: { token: string }): Promise<void> {
  if (Object.keys(circuits).length === 0) return rm(path, { force: true });
  const draft = `${path}.${token}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(draft, `${JSON.stringify(circuits, null, 2)}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Numbers only, of providers we know: people may edit the file. */
function circuitsIn(parsed: unknown): Circuits {
  if (typeof parsed !== 'object' || parsed === null) throw new Error('the file of circuits holds no object');
  const circuits: Circuits = {};
  for (const provider of PROVIDERS) {
    const entry = (parsed as Record<string, unknown>)[provider];
    if (typeof entry === 'object' && entry !== null) circuits[provider] = circuitIn(entry as Record<string, unknown>);
  }
  return circuits;
}

function circuitIn(entry: Record<string, unknown>): Circuit {
  const circuit = { ...CLOSED };
  for (const field of CIRCUIT_FIELDS) {
    const value = Number(entry[field]);
    if (Number.isFinite(value)) circuit[field] = value;
  }
  return circuit;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
