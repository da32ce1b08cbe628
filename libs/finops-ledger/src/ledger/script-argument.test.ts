import { expect, test } from '@jest/globals';
import { scriptArgument } from './script-argument.ts';

test('half a surrogate pair becomes what UTF-8 makes of it; what only looks like one stays', () => {
  expect(JSON.parse(scriptArgument(['\ud800x', 'a\\ud800', '한글 💰', 5]))).toEqual([
    '\ufffdx',
    'a\\ud800',
    '한글 💰',
    5,
  ]);
});
