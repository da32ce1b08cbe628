import { expect, test } from '@jest/globals';
import { schemaInPrompt } from './schema-in-prompt.ts';

const schema = { type: 'object', properties: { a: { type: 'string', description: 'a } and a \\" and {' } } };

test.each([
  [`Use this schema: ${JSON.stringify(schema)} and nothing else.`, schema],
  [`An example: {"a": 1} of ${JSON.stringify(schema, null, 2)}`, schema],
  [`{ this is no JSON } ${JSON.stringify({ $ref: '#/$defs/a' })}`, { $ref: '#/$defs/a' }],
  ['한글 {"a":1} {', undefined],
  ['', undefined],
  ['{'.repeat(200), undefined],
])('%s', (prompt, found) => {
  expect(schemaInPrompt(prompt)).toEqual(found);
});
