import { z } from 'zod';
import { keyBytes, type CandidateKey } from './signature.ts';

/** A signing key with its life; times in epoch seconds. It signs and verifies while `active` and before `deactivate_at`. */
export type SigningKey = { id: string; secret: string; active: boolean; rotated_at?: number; deactivate_at?: number };

const keySchema = z
  .object({
    id: z.string().min(1).optional(),
    key_id: z.string().min(1).optional(),
    secret: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
    active: z.boolean().default(true),
    rotated_at: z.number().nullish(),
    deactivate_at: z.number().nullish(),
  })
  .transform((entry, context) => {
    const id = entry.id ?? entry.key_id;
    const secret = entry.secret ?? entry.key;
    if (id === undefined) context.addIssue({ code: 'custom', message: 'needs an id (or key_id)' });
    if (secret === undefined) context.addIssue({ code: 'custom', message: 'needs a secret (or key)' });
    else if (keyBytes(secret).length === 0)
      context.addIssue({ code: 'custom', message: 'its whsec_ secret holds no base64 bytes' });
    if (id === undefined || secret === undefined) return z.NEVER;
    return {
      id,
      secret,
      active: entry.active,
      ...(entry.rotated_at == null ? {} : { rotated_at: entry.rotated_at }),
      ...(entry.deactivate_at == null ? {} : { deactivate_at: entry.deactivate_at }),
    } satisfies SigningKey;
  });

const listSchema = z.union([
  z.array(keySchema),
  z.object({ secrets: z.array(keySchema) }).transform((list) => list.secrets),
  z.object({ keys: z.array(keySchema) }).transform((list) => list.keys),
]);

export type SigningKeysResult = { ok: true; keys: SigningKey[] } | { ok: false; why: string };

/**
 * Reads a key list: a JSON array, or `{"secrets":[…]}`, or `{"keys":[…]}`. An empty list is a mistake, not "no
 * signatures". `why` never shows a secret.
 */
export function parseSigningKeys(text: string): SigningKeysResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: 'it is not valid JSON' };
  }
  const list = listSchema.safeParse(value);
  if (!list.success)
    return { ok: false, why: 'it must be an array of {id, secret, active?, rotated_at?, deactivate_at?}' };
  if (list.data.length === 0) return { ok: false, why: 'it holds no key' };
  const ids = list.data.map((key) => key.id);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) return { ok: false, why: `the id ${JSON.stringify(repeated)} occurs twice` };
  return { ok: true, keys: list.data };
}

/** The keys that are good at `now` (epoch seconds), in the order of the list. */
export function activeKeys(keys: readonly SigningKey[], now: number): CandidateKey[] {
  return keys
    .filter((key) => key.active && (key.deactivate_at === undefined || now < key.deactivate_at))
    .map(({ id, secret }) => ({ id, secret }));
}
