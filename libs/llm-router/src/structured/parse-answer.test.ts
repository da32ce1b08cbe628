import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswer, type LocalRepair } from './parse-answer.ts';

jest.setTimeout(60_000);

const object = { action: 'noop', n: 1 };
const json = JSON.stringify(object);
const pretty = JSON.stringify(object, null, 2);

describe('an answer that is one JSON object in the end', () => {
  const cases: [string, string, LocalRepair[], object?][] = [
    ['strict', json, []],
    ['strict with white space', `\n ${pretty}\n`, []],
    ['strict and empty', '{}', [], {}],
    [
      'tags and fences inside strings stay',
      '{"a":"<think>x</think> ```json {} ```"}',
      [],
      { a: '<think>x</think> ```json {} ```' },
    ],
    ['byte order mark', `\ufeff${json}`, ['byte_order_mark']],
    ['zero-width space', `\u200b${json}`, ['byte_order_mark']],
    ['fence', `\`\`\`json\n${pretty}\n\`\`\``, ['fence']],
    ['fence without a language', `\`\`\`\n${json}\n\`\`\``, ['fence']],
    ['fence that never closes', `\`\`\`json\n${json}`, ['fence']],
    ['fence with prose around', `Here it is:\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`, ['surrounding_text']],
    ['prose before', `Sure! ${json}`, ['surrounding_text']],
    ['prose after', `${json}\nLet me know.`, ['surrounding_text']],
    ['Korean prose', `결과는 다음과 같습니다: ${json} 감사합니다.`, ['surrounding_text']],
    ['citations', `As said [1]: ${json} [2]`, ['surrounding_text']],
    ['a bracket of the prose', `[answer: ${json}]`, ['surrounding_text']],
    ['a placeholder in the prose', `For {name}: ${json}`, ['surrounding_text']],
    ['the same object twice', `${json}\n${pretty}`, ['surrounding_text']],
    ['think', `<think>maybe {"action":"x"}?</think>${json}`, ['thinking']],
    ['thinking', `<thinking>\nhm\n</thinking>\n\n${json}`, ['thinking']],
    ['reasoning in capitals', `<REASONING>hm</REASONING>${json}`, ['thinking']],
    ['thinking twice', `<think>a</think><think>b</think>${json}`, ['thinking']],
    ['thinking without its opening tag', `maybe {"action":"x"}?\n</think>\n${json}`, ['thinking']],
    [
      'thinking, fence, prose',
      `<think>x</think>\n\`\`\`json\n${json}\n\`\`\`\nDone.`,
      ['thinking', 'fence', 'surrounding_text'],
    ],
    ['mark, thinking', `\ufeff<think>x</think>${json}`, ['byte_order_mark', 'thinking']],
    ['a closing tag in a string', '<think>x</think>{"a":"</think>"}', ['thinking'], { a: '</think>' }],
    ['string', JSON.stringify(json), ['string']],
    ['string in a fence', `\`\`\`json\n${JSON.stringify(json)}\n\`\`\``, ['fence', 'string']],
    ['fence in a string', JSON.stringify(`\`\`\`json\n${json}\n\`\`\``), ['string', 'fence']],
    ['trailing comma', '{"action":"noop","n":1,}', ['syntax']],
    ['single quotes', "{'action':'noop','n':1}", ['syntax']],
    ['smart quotes', '{“action”: “noop”, “n”: 1}', ['syntax']],
    ['bare keys', '{action:"noop",n:1}', ['syntax']],
    ['missing comma', '{"action":"noop" "n":1}', ['syntax']],
    ['missing colon', '{"action" "noop","n":1}', ['syntax']],
    ['comments', '{"action":"noop", /* why */ "n":1 // one\n}', ['syntax']],
    ['Python', "{'action':'noop','n':1,'x':None,'y':True}", ['syntax'], { ...object, x: null, y: true }],
    ['a bracket too few', '{"action":"noop","n":1', ['syntax']],
    ['a bracket too many', '{"action":"noop","n":1}}', ['surrounding_text']],
    ['line break in a string', '{"a":"x\ny"}', ['syntax'], { a: 'x\ny' }],
    ['quotes in a string', '{"a":"he said "hi" there"}', ['syntax'], { a: 'he said "hi" there' }],
    ['prose and broken syntax', "Sure: {'action':'noop','n':1} Bye.", ['surrounding_text', 'syntax']],
    ['fence and broken syntax', '```json\n{"action":"noop","n":1,}\n```', ['fence', 'syntax']],
  ];
  test.each(cases)('%s', (...[, text, repairs, value = object]) => {
    expect(parseAnswer(text)).toEqual({ ok: true, value, repairs });
    expect(parseAnswer(text, { repair: false }).ok).toBe(repairs.length === 0);
  });
});

describe('an answer that is none', () => {
  test.each([
    ['nothing', '', 'is not one JSON object'],
    ['white space', ' \n', 'is not one JSON object'],
    ['prose', 'I cannot help with that.', 'is not one JSON object'],
    ['a refusal with an apostrophe', "I'm sorry.", 'is not one JSON object'],
    ['a list', `[${json}]`, 'is a JSON list'],
    ['a list in prose', `Here: [${json}]`, 'holds a JSON list'],
    ['an empty list', '[]', 'is a JSON list'],
    ['a number', '42', 'is a JSON number'],
    ['null', 'null', 'is a JSON null'],
    ['a string', '"text"', 'is not one JSON object'],
    ['a string in a string in a string', JSON.stringify(JSON.stringify(JSON.stringify(json))), 'is a JSON string'],
    ['two objects', `${json}\n{"action":"other"}`, 'several JSON objects'],
    ['lines of objects', '{"a":1}\n{"a":2}\n{"a":3}', 'several JSON objects'],
    ['two broken objects', "{'a':1} and {'b':2}", 'several JSON objects'],
    ['an object and a broken one', `${json} or {'b':2}`, 'several JSON objects'],
    ['a broken list', '[{"a":1},]', 'holds a JSON list'],
    ['a broken list in prose', "Here: [{'a':1}]", 'holds a JSON list'],
    ['only thoughts', `<think>${json}`, 'is not one JSON object'],
    ['thoughts and nothing', `<think>${json}</think>`, 'is not one JSON object'],
    ['a placeholder', 'Use {name} here', 'is not one JSON object'],
    ['a part left out', '{"a":[1,2,...]}', 'is not one JSON object'],
    ['cut in a string', '{"action":"noop","text":"half of', 'is not one JSON object'],
    ['nested too deep', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, 'is not one JSON object'],
    ['too long', ' '.repeat(1_000_001), 'longer than 1000000'],
  ])('%s', (_name, text, message) => {
    const parsed = parseAnswer(text);
    expect(parsed).toEqual({
      ok: false,
      code: 'SCHEMA_PARSE_ERROR',
      message: expect.stringContaining(message),
      truncated: false,
    });
  });

  test('a cut answer is never read, however whole it looks', () => {
    expect(parseAnswer(json, { finish: 'length' })).toMatchObject({ ok: false, truncated: true });
    expect(parseAnswer('{"a":1', { finish: 'length' })).toMatchObject({ ok: false, truncated: true });
  });
});

describe('laws', () => {
  const anyObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), {
    noNullPrototype: true,
  });

  test('what is JSON stays as it is', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        const text = JSON.stringify(value);
        expect(parseAnswer(text)).toEqual({ ok: true, value: JSON.parse(text), repairs: [] });
      }),
    );
  });

  test('what stands around an object never changes it', () => {
    const before = fc.constantFrom(
      '',
      '\ufeff',
      '<think>{"x":1} [</think>',
      'Sure: ',
      '```json\n',
      'See [1]. ',
      '결과:\n```\n',
    );
    const after = fc.constantFrom('', '\n```', '\nDone.', ' ```\nBye [2].', '\n\n');
    fc.assert(
      fc.property(anyObject, before, after, (value, left, right) => {
        const text = JSON.stringify(value);
        const parsed = parseAnswer(left + text + right);
        expect(parsed).toMatchObject({ ok: true });
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
      }),
    );
  });

  test('never throws and gives an object or a reason', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      ',',
      '\\',
      '<think>',
      '</think>',
      '```',
      '\n',
      'a',
      '1',
      '...',
      '/*',
      '\ufeff',
      '__proto__',
      'null',
      '가',
      '\ud83d',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parsed = parseAnswer(pieces.join(''));
        expect(parsed.ok ? Object.getPrototypeOf(parsed.value) : Object.prototype).toBe(Object.prototype);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    '{',
    '[',
    '{"a":',
    '[{',
    '"',
    '\\"',
    '<think>',
    '</think>',
    '```\n',
    '{}',
    '[x]',
    '{x} ',
    "{'",
    '{"a":"b" ',
    '\ufeff',
    ' ',
  ])('a million characters of %s end', (piece) => {
    const text = piece.repeat(Math.floor(1_000_000 / piece.length));
    for (const hostile of [text, `{${text}`, `{"a":${text}}`.slice(0, 1_000_000), `x ${text}`.slice(0, 1_000_000)]) {
      parseAnswer(hostile);
    }
  });
});
