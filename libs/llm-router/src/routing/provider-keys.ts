import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A provider's key as it is used; only `fingerprint` and `id` may appear in logs and records. */
export type ProviderKey = { id: string; key: string; fingerprint: string };

const keyListSchema = z
  .array(
    z.object({
      id: z.string().min(1).max(100),
      key: z.string().min(1).max(1000),
      created_at: z.string().optional(),
      active: z.boolean().default(true),
    }),
  )
  .max(100)
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, { error: 'two keys have the same id' });
export type KeyList = z.infer<typeof keyListSchema>;

/** Reads `*_API_KEYS_JSON`. The reason never holds a key. */
export function parseKeyList(written: string): { ok: true; keys: KeyList } | { ok: false; why: string } {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  const parsed = keyListSchema.safeParse(value);
  if (parsed.success) return { ok: true, keys: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, why: `${issue?.path.join('.') || 'the list'}: ${issue?.message ?? 'does not fit'}` };
}

/**
 * The key in use (contract 9.2): of the list the one named by the active id when it is active, else the first active one;
 * without a list the single key. Undefined = the provider is not configured.
 */
export function activeKey(settings: {
  list: KeyList | undefined;
  activeId: string;
  single: string;
}): ProviderKey | undefined {
  const usable = settings.list?.filter(({ active }) => active) ?? [];
  const chosen = usable.find(({ id }) => id === settings.activeId) ?? usable[0];
  if (chosen !== undefined) return { id: chosen.id, key: chosen.key, fingerprint: keyFingerprint(chosen.key) };
  if (settings.single === '') return undefined;
  return { id: 'default', key: settings.single, fingerprint: keyFingerprint(settings.single) };
}

/** `sha256:` and the first 12 hex digits. */
export function keyFingerprint(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}
