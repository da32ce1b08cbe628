import { expect, test } from '@jest/globals';
import { chooseLanguage } from './language.ts';

test.each([
  [undefined, {}, 'en'],
  [undefined, { LANG: 'ko_KR.UTF-8' }, 'ko'],
  [undefined, { LANG: 'ko_KR.UTF-8', LC_ALL: 'C' }, 'en'],
  [undefined, { NEXUS_LANG: 'ko', LANG: 'en_US.UTF-8' }, 'ko'],
  [undefined, { NEXUS_LANG: '', LANG: 'ko_KR' }, 'ko'],
  [undefined, { NEXUS_LANG: 'en', LANG: 'ko_KR' }, 'en'],
  ['en', { NEXUS_LANG: 'ko' }, 'en'],
  ['ko', {}, 'ko'],
] as const)('%s with %j: %s', (asked, environment, language) => {
  expect(chooseLanguage(asked, environment)).toBe(language);
});
