import { programOnPath } from './find-on-path.ts';
import type { Found, RedisBinary } from './redis-binary.ts';
import { runCommand } from './run-command.ts';

/** The image that is run where only a container engine is there. */
export const REDIS_IMAGE = 'redis:8.2-alpine';

/** A client without its daemon is common, so the engine must answer, and soon. */
const ANSWER_MILLISECONDS = 2_000;

/** Looks for docker or podman that answers, and fetches the image if it is missing. */
export async function findContainerEngine(
  path: string | undefined,
  report: (line: string) => void,
): Promise<Found<RedisBinary>> {
  const reasons: string[] = [];
  for (const name of ['docker', 'podman']) {
    const engine = programOnPath(name, path);
    const reason = engine === undefined ? `no ${name}` : await whyUnusable(engine, report);
    if (engine !== undefined && reason === undefined) {
      return { found: { kind: 'container', engine, image: REDIS_IMAGE, origin: name } };
    }
    reasons.push(reason ?? `no ${name}`);
  }
  return { reason: reasons.join('; ') };
}

async function whyUnusable(engine: string, report: (line: string) => void): Promise<string | undefined> {
  const { code } = await runCommand(engine, ['info'], { timeout: ANSWER_MILLISECONDS });
  if (code !== 0) return `${engine} is there, but no engine answered within ${ANSWER_MILLISECONDS / 1000} s`;
  const { code: present } = await runCommand(engine, ['image', 'inspect', REDIS_IMAGE]);
  if (present === 0) return undefined;
  report(`fetching the image ${REDIS_IMAGE} with ${engine}`);
  const pulled = await runCommand(engine, ['pull', '--quiet', REDIS_IMAGE]);
  return pulled.code === 0 ? undefined : `${engine} pull ${REDIS_IMAGE} failed: ${pulled.stderr.trim()}`;
}
