import type { Language } from './language.ts';
import { english } from './words-english.ts';
import { korean } from './words-korean.ts';

/** Every label and note of the operators' commands, in one language. */
export type Words = typeof english;

const languages: Readonly<Record<Language, Words>> = { en: english, ko: korean };

/** The words of a language. */
export function wordsIn(language: Language): Words {
  return languages[language];
}
