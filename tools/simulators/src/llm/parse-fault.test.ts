import { describe, expect, test } from '@jest/globals';
import { FAULT_FIELDS, FAULT_KINDS } from './fault-fields.ts';
import { checkFault, parseFault } from './parse-fault.ts';

describe('parseFault', () => {
  test.each([
    ['hang', { kind: 'hang' }],
    ['slow:500', { kind: 'slow', ms: 500 }],
    ['text:a:b', { kind: 'text', reply: 'a:b' }],
    ['text:', { kind: 'text', reply: '' }],
    ['throttled', { kind: 'throttled' }],
    ['throttled:-30', { kind: 'throttled', seconds: -30 }],
    ['status:503', { kind: 'status', code: 503 }],
    ['usage:{"input":7}', { kind: 'usage', over: { input: 7 } }],
    ['glmCode:1308', { kind: 'glmCode', code: '1308' }],
    ['errorIn200:{"kind":"noMoney"}', { kind: 'errorIn200', error: { kind: 'noMoney' } }],
    ['{"kind":"slow","ms":1,"then":{"kind":"hang"}}', { kind: 'slow', ms: 1, then: { kind: 'hang' } }],
  ])('%s', (text, fault) => {
    expect(parseFault(text, 'glm')).toEqual(fault);
  });

  test.each([
    ['', 'there is no fault ""'],
    ['toString', 'there is no fault'],
    ['slow', 'slow:500'],
    ['slow:', 'slow:500'],
    ['slow:x', 'slow:500'],
    ['hang:1', 'takes no value'],
    ['status:99', 'from 200 to 599'],
    ['status:200.5', 'from 200 to 599'],
    ['glmCode:1', '1302'],
    ['{"kind":"hang","ms":1}', 'no field "ms"'],
    ['{"kind":"throttled","as":"weeks"}', 'milliseconds'],
    ['{"kind":"slow","ms":1,"then":{"kind":"what"}}', 'there is no fault "what"'],
    ['{"kind":"errorIn200","error":{"kind":"hang"}}', 'takes an HTTP error, not hang'],
    ['{broken', 'is a JSON object'],
  ])('refuses %s', (text, words) => {
    expect(() => parseFault(text, 'glm')).toThrow(words);
  });

  test('every kind can be written as it is, or says what it needs', () => {
    for (const kind of FAULT_KINDS) {
      const needsValue = Object.values(FAULT_FIELDS[kind]).some((type) => !type.endsWith('?'));
      if (needsValue) expect(() => parseFault(kind, 'glm')).toThrow(`${kind} needs`);
      else expect(parseFault(kind, 'glm')).toEqual({ kind });
    }
  });

  test.each([null, 'hang', [], 7, {}, { kind: 7 }])('checkFault refuses %j', (value) => {
    expect(() => checkFault(value, 'openai')).toThrow();
  });
});
