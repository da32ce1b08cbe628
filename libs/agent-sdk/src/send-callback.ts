import { randomUUID } from 'node:crypto';
import { activeKeys, type CallbackInput, type Client, parseSigningKeys, signatureHeaders } from '@nexus/contracts';
import type { SendCallback } from './callback-outbox.ts';

/** What callbacks are signed with; undefined = they are not signed. */
export type SigningOptions = { secret?: string | undefined; keysJson?: string | undefined; keyIdHeader: string };

/** Sends callbacks with scheme (b): every try signs the very bytes it sends, with a timestamp and nonce of its own. */
export function createSendCallback(client: Client, signing: SigningOptions, now: () => number): SendCallback {
  return async (callback: CallbackInput) => {
    const rawBody = JSON.stringify(callback);
    const seconds = Math.floor(now() / 1000);
    const key = signingKey(signing, seconds);
    const headers =
      key === undefined
        ? {}
        : signatureHeaders(
            { timestamp: seconds, nonce: randomUUID(), body: rawBody },
            { ...key, idHeader: signing.keyIdHeader },
          );
    const result = await client.agentCallback({ headers: {}, rawBody, extraHeaders: headers });
    return result.ok ? undefined : result;
  };
}

/** The key that signs now: of a list the active one that lives longest, so that a rotation never cuts a retry off. */
function signingKey(signing: SigningOptions, seconds: number): { secret: string; id?: string } | undefined {
  if (signing.keysJson === undefined) return signing.secret === undefined ? undefined : { secret: signing.secret };
  const parsed = parseSigningKeys(signing.keysJson);
  if (!parsed.ok) throw new Error(`CALLBACK_SIGNATURE_SECRETS_JSON cannot be used: ${parsed.why}`);
  const lasting = parsed.keys.filter((key) => key.deactivate_at === undefined);
  const [key] = activeKeys(lasting, seconds).concat(activeKeys(parsed.keys, seconds));
  if (key === undefined) throw new Error('CALLBACK_SIGNATURE_SECRETS_JSON holds no key that is active now.');
  return key;
}
