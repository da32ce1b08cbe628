import type { Environment } from '@nexus/local-redis';

/** The languages that labels and notes come in. */
export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The language of labels and notes: `--lang`, then NEXUS_LANG, then what the system says (LC_ALL, LC_MESSAGES, LANG in
 * the order of POSIX). What starts with `ko` is Korean, everything else English. Empty counts as unset.
 */
export function chooseLanguage(asked: Language | undefined, environment: Environment): Language {
  if (asked !== undefined) return asked;
  const names = ['NEXUS_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'] as const;
  const set = names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
  return set?.toLowerCase().startsWith('ko') === true ? 'ko' : 'en';
}
