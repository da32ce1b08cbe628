import type { ReportLanguage } from './format.ts';
import { koreanWords } from './words-korean.ts';
import { englishWords } from './words-english.ts';

/** Every text of a report. What is between braces is put in by `fill`. */
export type ReportWords = { readonly [Key in keyof typeof englishWords]: string };

/** The texts of a language. */
export function wordsOf(language: ReportLanguage): ReportWords {
  return language === 'ko' ? koreanWords : englishWords;
}

/** Puts values in the places of a text: `{name}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
