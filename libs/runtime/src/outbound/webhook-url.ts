import type { SettingType } from '../setting-types.ts';
import { isLoopbackHost } from './outbound-address.ts';

/** An address somebody may post to who knows it. Kept as written: a trailing slash belongs to it. */
export const webhookUrl: SettingType<string> = {
  accepted: 'an https:// address; outside production also http:// to this machine',
  secret: true,
  parse(written) {
    if (!URL.canParse(written)) return { ok: false, why: 'is not an absolute URL' };
    const { protocol, hostname } = new URL(written);
    if (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname)))
      return { ok: true, value: written };
    return { ok: false, why: 'is not an https address' };
  },
};
