import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

const TOO_LARGE = 'FILE_TOO_LARGE';

/** A stage that counts and hashes what flows through it, and fails the stream above `maxBytes`. */
export function measureContent(maxBytes: number): {
  stage: Transform;
  measured: () => { bytes: number; sha256: string };
} {
  const hash = createHash('sha256');
  let bytes = 0;
  const stage = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(Object.assign(new Error('the file is too large'), { code: TOO_LARGE }));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stage, measured: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** True for the failure of a stream that had more bytes than allowed. */
export function isTooLarge(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === TOO_LARGE;
}
