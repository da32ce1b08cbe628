import { createHash } from 'node:crypto';
import type { Task } from '@nexus/contracts';

/** A short digest of the task as shown: the ETag, and the id of its event. Equal tasks have equal digests. */
export function taskDigest(task: Task): string {
  return createHash('sha256').update(JSON.stringify(task)).digest('base64url').slice(0, 22);
}
