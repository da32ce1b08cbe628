import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { programOnPath } from './find-on-path.ts';
import { CACHED_COMMAND } from './redis-cache.ts';
import { type Found, probeProgram, type RedisBinary } from './redis-binary.ts';
import { type CommandResult, runCommand } from './run-command.ts';

/** On Debian the server's program is in redis-tools; redis-server adds the link with its name. */
const PACKAGES = ['redis-tools', 'redis-server'];

/** Part of every running system, and tied to its loader: never taken from a package. */
const FROM_THE_SYSTEM = new Set(['libc6', 'libgcc-s1', 'libstdc++6', 'libcrypt1']);

const UNPACKING = '.unpacking-';

/** A mirror that does not answer is given up after this, not after apt's minutes. */
const PATIENCE = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20', '-o', 'Acquire::Retries=1'];

/** The start script: exec keeps the process id, and only the server sees the library path. */
const START_SCRIPT = `#!/bin/sh
root="\${0%/*}/root"
libraries=
for folder in "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu*; do
  [ -d "$folder" ] && libraries="$libraries\${libraries:+:}$folder"
done
LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/usr/bin/redis-server" "$@"
`;

/** Where to look for tools, where to put the copy, and whom to tell. */
export interface UnpackOptions {
  readonly path: string | undefined;
  readonly cacheDirectory: string;
  readonly report: (line: string) => void;
}

/**
 * Downloads Redis from the distribution's own packages and unpacks it into the cache, without root: apt checks the
 * signatures as usual, dpkg-deb only unpacks. A copy becomes visible in one rename, when its server has started once.
 * The caller holds the cache's lock.
 */
export async function unpackDebianPackages({
  path,
  cacheDirectory,
  report,
}: UnpackOptions): Promise<Found<RedisBinary>> {
  const missing = ['apt-get', 'apt-cache', 'dpkg-deb', 'dpkg-query'].filter(
    (tool) => programOnPath(tool, path) === undefined,
  );
  if (missing.length > 0) return { reason: `not a Debian family system (no ${missing.join(', ')})` };
  for (const left of readdirSync(cacheDirectory).filter((name) => name.startsWith(UNPACKING))) {
    rmSync(join(cacheDirectory, left), { recursive: true, force: true });
  }
  const work = mkdtempSync(join(cacheDirectory, UNPACKING));
  try {
    const reason = await fillCopy(work, { run: toolRunner(path), report });
    if (reason !== undefined) return { reason };
    const probed = await probeProgram(join(work, 'copy', CACHED_COMMAND), 'Debian packages');
    if (!('found' in probed) || probed.found.kind !== 'program') return probed;
    const copy = join(cacheDirectory, `${probed.found.version}-${process.arch}`);
    rmSync(copy, { recursive: true, force: true });
    renameSync(join(work, 'copy'), copy);
    report(`Redis ${probed.found.version} is ready in ${copy}`);
    return { found: { ...probed.found, command: join(copy, CACHED_COMMAND) } };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs one of the package tools found on the given PATH. */
type RunTool = (tool: string, args: readonly string[], directory?: string) => Promise<CommandResult>;

function toolRunner(path: string | undefined): RunTool {
  return (tool, args, directory) =>
    runCommand(programOnPath(tool, path) ?? tool, args, {
      environment: { PATH: path },
      ...(directory === undefined ? {} : { directory }),
    });
}

/** Fills `<work>/copy`; resolves to the reason if it cannot. */
async function fillCopy(
  work: string,
  { run, report }: { run: RunTool; report: (line: string) => void },
): Promise<string | undefined> {
  const copy = join(work, 'copy');
  for (const folder of ['copy/root', 'packages', 'apt/state/lists/partial', 'apt/cache/archives/partial']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  report(`downloading the packages ${PACKAGES.join(' and ')} (no root needed, nothing is installed)`);
  let options = [...PATIENCE];
  let reason = await download(work, { packages: PACKAGES, options, run, report });
  if (reason !== undefined) {
    // No package lists here, or they name versions that the mirror has replaced: fetch lists of our own.
    report('downloading the package lists');
    options = [...PATIENCE, ...ownLists(work)];
    const updated = await run('apt-get', [...options, 'update']);
    reason =
      updated.code === 0
        ? await download(work, { packages: PACKAGES, options, run, report })
        : failure('apt-get update', updated);
  }
  if (reason !== undefined) return reason;
  writeFileSync(join(copy, CACHED_COMMAND), START_SCRIPT);
  chmodSync(join(copy, CACHED_COMMAND), 0o755);
  const program = join(copy, 'root/usr/bin/redis-server');
  if (!existsSync(program)) symlinkSync('redis-check-rdb', program);
  const probed = await probeProgram(join(copy, CACHED_COMMAND), 'Debian packages');
  if ('found' in probed) return undefined;
  const libraries = await librariesNotInstalled(run, options);
  if (libraries.length === 0) return probed.reason;
  report(`downloading the libraries it needs: ${libraries.join(', ')}`);
  return download(work, { packages: libraries, options, run, report });
}

/** apt with lists and archives of its own: works for any user, leaves the system's alone, checks signatures as usual. */
function ownLists(work: string): string[] {
  const settings = {
    'Dir::State': join(work, 'apt/state'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(work, 'apt/cache'),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** What to download with which apt options. */
interface Download {
  readonly packages: readonly string[];
  readonly options: readonly string[];
  readonly run: RunTool;
  readonly report: (line: string) => void;
}

/** Downloads into an empty folder and unpacks from there; resolves to the reason if either fails. */
async function download(work: string, { packages, options, run, report }: Download): Promise<string | undefined> {
  const folder = mkdtempSync(join(work, 'packages/'));
  const started = performance.now();
  const fetched = await run('apt-get', [...options, 'download', ...packages], folder);
  if (fetched.code !== 0) return failure('apt-get download', fetched);
  const files = readdirSync(folder).map((name) => join(folder, name));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  report(
    `downloaded ${files.length} packages, ${(bytes / 1e6).toFixed(1)} MB, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  for (const file of files) {
    const unpacked = await run('dpkg-deb', ['-x', file, join(work, 'copy/root')]);
    if (unpacked.code !== 0) return failure('dpkg-deb', unpacked);
  }
  return undefined;
}

/** The library packages that redis-tools needs, directly or through others, and that this system lacks. */
async function librariesNotInstalled(run: RunTool, options: readonly string[]): Promise<string[]> {
  const wanted = new Set<string>();
  for (let level = ['redis-tools']; level.length > 0;) {
    const names = (await libraryDependencies(level, { run, options })).filter((name) => !wanted.has(name));
    const status = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names]);
    const installed = new Set([...status.stdout.matchAll(/^(\S+) installed$/gm)].map((match) => match[1]));
    level = names.filter((name) => !installed.has(name));
    for (const name of level) wanted.add(name);
  }
  return [...wanted];
}

/** Direct dependencies on libraries; of alternatives (`|Depends`) only the first. */
async function libraryDependencies(
  packages: readonly string[],
  { run, options }: { run: RunTool; options: readonly string[] },
): Promise<string[]> {
  const { stdout } = await run('apt-cache', [...options, 'depends', '--important', ...packages]);
  const names: string[] = [];
  let alternative = false;
  for (const [, bar, name = ''] of stdout.matchAll(/^ (.)(?:Pre)?Depends: (\S+)$/gm)) {
    if (!alternative && name.startsWith('lib') && !FROM_THE_SYSTEM.has(name)) names.push(name);
    alternative = bar === '|';
  }
  return names;
}

function failure(what: string, { stderr, stdout }: CommandResult): string {
  const lines = (stderr.trim() || stdout.trim()).split('\n').filter((line) => !line.startsWith('W:'));
  return `${what} failed: ${lines.slice(0, 3).join(' / ')}`;
}
