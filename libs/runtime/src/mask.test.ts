import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskName, maskText, maskValue } from './mask.ts';

describe('phone numbers keep their last 3 digits', () => {
  test.each([
    ['010-1234-5678', '***-****-*678'],
    ['+82 10 1234 5678', '+** ** **** *678'],
    ['01012345678', '********678'],
    ['010.1234.5678', '***.****.*678'],
    ['010 1234 5678', '*** **** *678'],
    ['+821012345678', '+*********678'],
    ['+82-10-1234-5678', '+**-**-****-*678'],
    ['+82 (0)10 1234 5678', '+** (*)** **** *678'],
    ['82-10-1234-5678', '**-**-****-*678'],
    ['821012345678', '*********678'],
    ['0082 10 1234 5678', '**** ** **** *678'],
    ['011-123-4567', '***-***-*567'],
    ['02-123-4567', '**-***-*567'],
    ['(02) 1234-5678', '(**) ****-*678'],
    ['031-123-4567', '***-***-*567'],
    ['070-1234-5678', '***-****-*678'],
    ['+1 415-555-2671', '+* ***-***-*671'],
    ['+44 20 7946 0958', '+** ** **** *958'],
    ['전화는010-1234-5678으로 주세요', '전화는***-****-*678으로 주세요'],
    ['번호는.01012345678', '번호는.********678'],
    ['{"phone":"01012345678"}', '{"phone":"********678"}'],
    ['tel:010-1234-5678,010-8765-4321', 'tel:***-****-*678,***-****-*321'],
  ])('%s', (written, masked) => {
    expect(maskText(written)).toBe(masked);
  });
});

describe('e-mail addresses keep two characters', () => {
  test.each([
    ['hong.gildong@example.com', 'ho***@example.com'],
    ['a@b.co.kr', 'a***@b.co.kr'],
    ['메일:kim+tag@mail.example.co.kr 로', '메일:ki***@mail.example.co.kr 로'],
    ['<x@y.com>', '<x***@y.com>'],
    ['no mail @ all, @handle', 'no mail @ all, @handle'],
  ])('%s', (written, masked) => {
    expect(maskText(written)).toBe(masked);
  });
});

describe('other numbers of people', () => {
  test.each([
    ['900101-1234567', '******-*******'],
    ['주민 900101 1234567', '주민 ****** *******'],
    ['4111 1111 1111 1111', '**** **** **** 1111'],
    ['4111-1111-1111-1111', '****-****-****-1111'],
    ['카드 4111111111111111 승인', '카드 ************1111 승인'],
    ['국민은행 123456-01-123456', '국민은행 ******-**-***456'],
    ['계좌번호: 110-123-456789', '계좌번호: ***-***-***789'],
    ['11-22-123456-78', '**-**-******-78'],
    ['여권 M123A4567', '여권 M***A*567'],
  ])('%s', (written, masked) => {
    expect(maskText(written)).toBe(masked);
  });
});

/** Each is put together here, so that no scanner takes this file for a leak. */
const secrets = [
  ['OpenAI', 'sk-' + 'proj-' + 'A1b2C3d4'.repeat(5)],
  ['Anthropic', 'sk-' + 'ant-api03-' + 'xY9_'.repeat(20) + 'AA'],
  ['GitHub', 'gh' + 'p_' + 'a1B2'.repeat(9)],
  ['GitHub app', 'gh' + 's_' + 'a1B2'.repeat(9)],
  ['GitHub fine-grained', 'github' + '_pat_' + 'a1B2c3'.repeat(13)],
  ['GitLab', 'gl' + 'pat-' + 'a1B2c3D4e5F6g7H8i9J0'],
  ['Slack', 'xo' + 'xb-123456789012-1234567890123-' + 'abcDEF123'],
  ['AWS', 'AK' + 'IAQ3EGRIKXAB2CDEFG'],
  ['Google', 'AI' + 'za' + 'SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6'],
  ['npm', 'npm' + '_' + 'a1B2'.repeat(9)],
  ['Hugging Face', 'hf' + '_' + 'a1B2'.repeat(9)],
  ['Stripe', 'sk' + '_live_' + 'a1B2'.repeat(6)],
  ['Z.ai', '0123456789abcdef'.repeat(2) + '.' + 'AbCdEfGh12345678'],
  ['JSON Web Token', 'eyJ' + 'hbGciOiJIUzI1NiJ9.' + 'eyJ' + 'zdWIiOiIxMjM0In0.' + 'dBjftJeZ4CVPmB92K27uhbUJU1p1r'],
  ['Telegram', '123456789:' + 'A'.repeat(35)],
] as const;

describe('secrets', () => {
  test.each(secrets)('%s, anywhere in a text', (_kind, secret) => {
    expect(maskText(`Incorrect API value provided: ${secret}.`)).not.toContain(secret.slice(8, 24));
    expect(maskText(secret)).toBe('[masked]');
    expect(maskText(`({"x":"${secret}"})`)).toBe('({"x":"[masked]"})');
  });

  test.each([
    ['https://hooks.slack.com/services/T0/B0/abc', 'https://hooks.slack.com/services/[masked]'],
    ['https://discord.com/api/webhooks/1/abc?x', 'https://discord.com/api/webhooks/[masked]'],
    ['https://acme.webhook.office.com/webhookb2/a@b/c', 'https://acme.webhook.office.com/webhookb2/[masked]'],
    ['https://x.logic.azure.com/w?api-version=1&sig=abcdef', 'https://x.logic.azure.com/w?api-version=1&sig=[masked]'],
    ['redis://user:hunter22@redis:6379/0', 'redis://user:[masked]@redis:6379/0'],
    ['redis://:hunter22@redis', 'redis://:[masked]@redis'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [masked]'],
    ['bearer abcdef123456', 'bearer [masked]'],
    ['ADMIN_API_KEY=topsecret next', 'ADMIN_API_KEY=[masked] next'],
    ["password: 'hunter22'", "password: '[masked]'"],
    ['{"client_secret":"abcdef","n":1}', '{"client_secret":"[masked]","n":1}'],
    ['{"token": 123456}', '{"token": 0}'],
    ['{\\"api_key\\":\\"abcdef\\"}', '{\\"api_key\\":\\"[masked]\\"}'],
    ['X-Admin-Key: abcdef', 'X-Admin-Key: [masked]'],
  ])('%s', (written, masked) => {
    expect(maskText(written)).toBe(masked);
  });

  test('private keys go whole, certificates stay', () => {
    const key = ['-----BEGIN RSA ' + 'PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA', '-----END RSA ' + 'PRIVATE KEY-----'].join(
      '\n',
    );
    const certificate = '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----';
    expect(maskText(`a\n${key}\nb\n${certificate}\n${key.slice(0, 40)}`)).toBe(
      `a\n[masked]\nb\n${certificate}\n[masked]`,
    );
  });
});

describe('what must stay readable', () => {
  test.each([
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    '00000000-0101-0212-0310-010123456789',
    'd2a84f4b8b650937ec8f73cd8be2c74add5a911ba64df27458ed8229da804a26',
    'a1f01012345678bc0212345678d9e0f1a2b3c4d5',
    '1,234,567원 $0.0212345678 ₩10,101,234,567',
    '2026-11-22T18:16:37.123Z 2026-11-22 18:16:37 2026년 11월 22일 20261122',
    '1763835397123 1763835397 1763835397123456',
    'key_id=k1 tokens_in=100 tokens_out=20 max_output_tokens=4096',
    '{"key_id":"2026-01","tokens_in":100,"tokens_out":20,"max_output_tokens":4096}',
    'Unexpected token } in JSON at position 12',
    'SCHEMA_PARSE_ERROR at line 10, column 1234',
    '주문번호 20261122-0001234 수량 12 합계 345,000',
    'version 6.11.0, node v24.21.0, 127.0.0.1:6379, 192.168.10.100',
    '1588-1234 고객센터',
    '입금 123456789원, 은행 2026-11-22, 입금일시 20261122181637',
    '@@ -1234,12 +1234,14 @@ +12345678',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'file_9f86d081884c7d659a2f at 99.99% in 0.0101234567 s',
    'https://api.openai.com/v1/chat/completions?model=gpt-5.2',
    'the token bucket is empty; the secret sauce; no password given',
  ])('%s', (text) => {
    expect(maskText(text)).toBe(text);
  });

  test('random UUIDs, hashes, order numbers and times: at most 1 line in 1000 is touched', () => {
    const line = fc.oneof(
      fc.uuid().map((id) => `task ${id} finished`),
      fc.stringMatching(/^[0-9a-f]{40}$/).map((hash) => `commit ${hash}`),
      fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }).map((order) => `주문 ${order} 접수`),
      fc.integer({ min: 1.2e12, max: 2e12 }).map((ms) => `{"finished_ms":${ms}}`),
      fc.double({ min: 0, max: 1e6, noNaN: true }).map((amount) => `cost ${amount}`),
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const lines = fc.sample(line, { numRuns: 20_000, seed: 7 });
    const touched = lines.filter((text) => maskText(text) !== text);

    expect(touched.length).toBeLessThanOrEqual(20);
  });
});

const separators = fc.constantFrom('-', ' ', '.', '');
const phone = fc
  .tuple(
    fc.constantFrom('010', '011', '016', '019', '+82 10', '+8210', '+82-10'),
    separators,
    fc.stringMatching(/^\d{8}$/),
  )
  .map(([head, gap, rest]) => [head, gap, rest.slice(0, 4), gap, rest.slice(4)].join(''));
const person = fc.oneof(
  phone,
  fc.stringMatching(/^[a-z][a-z0-9._]{2,20}@[a-z0-9]{2,10}\.(com|co\.kr|net)$/),
  fc.stringMatching(/^\d\d(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])-[1-4]\d{6}$/),
  fc.constantFrom(...secrets.map(([, secret]) => secret)),
);
const around = fc.constantFrom(
  (value: string) => value,
  (value: string) => `연락처는 ${value} 입니다`,
  (value: string) => `failed for ${value}: refused`,
  (value: string) => JSON.stringify({ message: `x ${value} y`, at: 1763835397123 }),
  (value: string) => `a=${value}&b=2`,
  (value: string) => `(${value})`,
);

describe('laws', () => {
  test('nothing personal or secret gets through: recall over generated values', () => {
    const samples = fc.sample(fc.tuple(person, around), { numRuns: 10_000, seed: 11 });
    const leaked = samples.filter(([value, wrap]) => maskText(wrap(value)).includes(value));
    expect(leaked.length / samples.length).toBeLessThanOrEqual(0.005);
    expect(leaked.slice(0, 3)).toEqual([]);
  });

  test('masking twice is masking once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(person, fc.string(), fc.stringMatching(/^[0-9 .+()-]{0,30}$/)), { maxLength: 6 }),
        (parts) => {
          const once = maskText(parts.join(' '));
          expect(maskText(once)).toBe(once);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('JSON stays JSON', () => {
    const leaf = fc.oneof(
      person,
      fc.string(),
      fc.integer(),
      fc.bigInt({ min: 10n ** 11n, max: 10n ** 15n }).map(Number),
      fc.boolean(),
      fc.constant(null),
    );
    const name = fc.oneof(fc.constantFrom('token', 'password', 'api_key', 'phone', 'key_id'), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 3 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(() => JSON.parse(maskText(text)) as unknown).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('adversarial texts take time in proportion to their length', () => {
  const unit: Record<string, string> = {
    digits: '0',
    'digits and gaps': '1 ',
    'plus signs': '+1 ',
    'at signs': 'a@',
    'dots and letters': 'a.',
    'e-mail without end': 'a@a.',
    'PEM beginnings': '-----BEGIN PRIVATE KEY',
    assignments: 'token_',
    'token equals': 'token=',
    'token prefixes': 'sk-',
    'JWT beginnings': 'eyJ',
    hexadecimal: 'a0',
    schemes: 'http://',
    bearer: 'bearer ',
    accounts: '계좌 ',
    parentheses: '(0)',
    'grouped digits': '1234-',
    backslashes: '\\"',
  };

  function cost(text: string): number {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round += 1) {
      const started = process.cpuUsage();
      maskText(text);
      const { user, system } = process.cpuUsage(started);
      best = Math.min(best, user + system);
    }
    return Math.max(best, 200);
  }

  // A quadratic pattern makes the ratio 64; noise of a busy machine does not.
  test.each(Object.keys(unit))('%s', (kind) => {
    const repeated = (unit[kind] ?? '').repeat(8000);
    maskText(repeated);
    const small = repeated.slice(0, 16_000);
    const large = small.repeat(8);
    expect(cost(large) / cost(small)).toBeLessThan(32);
  });
});

describe('values', () => {
  test('secret fields are hidden whole, whatever they hold; their neighbours are not', () => {
    const masked = maskValue({
      password: 'x',
      apiKey: 'x',
      'client-secret': { id: 1 },
      Authorization: ['a'],
      token: 0,
      refresh_token: null,
      cookie: '',
      key_id: 'k1',
      tokens_in: 5,
      tokens_out: 6,
      max_output_tokens: 7,
      monkey: 'x',
      token_count: 3,
    });
    expect(masked).toEqual({
      password: '[masked]',
      apiKey: '[masked]',
      'client-secret': '[masked]',
      Authorization: '[masked]',
      token: '[masked]',
      refresh_token: null,
      cookie: '',
      key_id: 'k1',
      tokens_in: 5,
      tokens_out: 6,
      max_output_tokens: 7,
      monkey: 'x',
      token_count: 3,
    });
  });

  test('fields declared as names of people keep one character', () => {
    const task = { members: [{ name: '홍길동', phone: '+821012345678' }], names: ['김', 'Kim'], name: 'x' };
    expect(maskValue(task, { personFields: ['name', 'names'] })).toEqual({
      members: [{ name: '홍**', phone: '+*********678' }],
      names: ['김*', 'K**'],
      name: 'x*',
    });
  });

  test('keys are masked too, dates and errors become data, the argument stays as it was', () => {
    const given = {
      'hong@example.com': 1,
      at: new Date(0),
      error: new TypeError('for 010-1234-5678', { cause: 'x' }),
      n: 1n,
    };
    expect(maskValue(given)).toEqual({
      'ho***@example.com': 1,
      at: '1970-01-01T00:00:00.000Z',
      error: { name: 'TypeError', message: 'for ***-****-*678', cause: 'x' },
      n: '1',
    });
    expect(Object.keys(given)).toEqual(['hong@example.com', 'at', 'error', 'n']);
  });

  test('circles, throwing getters, proxies, depth and size are survived', () => {
    const circle: Record<string, unknown> = { twice: [{ a: 1 }] };
    circle['self'] = circle;
    const hostile = Object.defineProperty({ good: 1 }, 'bad', { enumerable: true, get: () => { throw new Error('no'); } }); // prettier-ignore
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    let deep: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(maskValue(circle)).toEqual({ twice: [{ a: 1 }], self: '[circular]' });
    expect(maskValue(hostile)).toEqual({ good: 1, bad: '[unreadable]' });
    expect(maskValue(proxy)).toBe('[unreadable]');
    expect(JSON.stringify(maskValue(deep))).toContain('[too deep]');
    expect(maskValue([1, 2, 3], { maxItems: 2 })).toEqual([1, 2, '…(+1 items)']);
    expect(maskValue('x'.repeat(30), { maxTextLength: 10 })).toBe('xxxxxxxxxx…(+20 characters)');
  });

  test('anything at all becomes what JSON can write', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          expect(() => JSON.stringify(maskValue(value))).not.toThrow();
        },
      ),
    );
  });
});

test('names keep their first character, however it is encoded', () => {
  expect(['홍길동', 'J', '👩 Kim', ''].map(maskName)).toEqual(['홍**', 'J*', '👩****', '']);
});
