import type { JsonSchema } from '@nexus/contracts';
import { exampleOfPattern } from '../pattern/example-of-pattern.ts';
import { greatest, least, type Attempt } from './attempt.ts';

/** The text wherever a schema leaves it free: whoever reads the document sees that no model wrote it. */
const FREE_TEXT = 'LLM_DISABLED';
const LONGEST_TEXT = 100_000;

/** Reserved names and addresses (RFC 2606, 5737, 3849): nobody is reached by them. `variant` makes them differ. */
const formats: Record<string, (variant: number) => string> = {
  date: (variant) => day(variant),
  time: () => '00:00:00Z',
  'date-time': (variant) => `${day(variant)}T00:00:00Z`,
  'iso-time': () => '00:00:00Z',
  'iso-date-time': (variant) => `${day(variant)}T00:00:00Z`,
  duration: (variant) => `PT${variant}S`,
  email: (variant) => `noop${variant || ''}@example.com`,
  hostname: (variant) => `noop${variant || ''}.example.com`,
  ipv4: (variant) => `192.0.2.${1 + (variant % 250)}`,
  ipv6: (variant) => `2001:db8::${(1 + variant).toString(16)}`,
  uri: (variant) => `https://example.com/${variant || ''}`,
  url: (variant) => `https://example.com/${variant || ''}`,
  'uri-reference': (variant) => `/${variant || ''}`,
  'uri-template': (variant) => `/${variant || ''}`,
  uuid: (variant) => `00000000-0000-4000-8000-${variant.toString(16).padStart(12, '0')}`,
  regex: (variant) => `a${variant || ''}`,
  'json-pointer': (variant) => `/${variant}`,
  'json-pointer-uri-fragment': (variant) => `#/${variant}`,
  'relative-json-pointer': (variant) => String(variant),
  byte: (variant) => Buffer.from(String(variant)).toString('base64'),
};

function day(variant: number): string {
  return new Date(Date.UTC(2000, 0, 1 + variant)).toISOString().slice(0, 10);
}

/** A text for all parts at once; undefined when its length cannot be met. `variant` tells texts of one list apart. */
export function buildText(parts: readonly JsonSchema[], attempt: Attempt, variant: number): string | undefined {
  const min = Math.ceil(greatest(parts, 'minLength', 0));
  const max = Math.floor(least(parts, 'maxLength', Infinity));
  if (min > max || min > LONGEST_TEXT) return undefined;
  attempt.work.left -= min / 100;
  const sources = parts.map((part) => part['pattern']).filter((source) => typeof source === 'string');
  const source = sources[attempt.choose(Math.max(1, sources.length))];
  if (source !== undefined) return matchingText(source, attempt, min);
  const format = parts.map((part) => formats[String(part['format'])]).find((example) => example !== undefined);
  if (format !== undefined) return format(variant);
  const text = variant === 0 ? FREE_TEXT : `${variant}_${FREE_TEXT}`;
  return text.slice(0, max).padEnd(min, '_');
}

function matchingText(source: string, attempt: Attempt, min: number): string | undefined {
  const node = attempt.pattern(source)?.node;
  if (node === undefined) return undefined;
  const short = exampleOfPattern(node, { choose: attempt.choose, spare: { left: 8 } });
  if (short === undefined || short.length >= min) return short;
  const stretched = exampleOfPattern(node, {
    choose: attempt.choose,
    spare: { left: min - short.length },
    stretch: true,
  });
  // A pattern that is open at its end takes anything more.
  return stretched?.padEnd(min, '_');
}
