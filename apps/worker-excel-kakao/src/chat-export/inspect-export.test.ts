import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { inspectExport } from './inspect-export.ts';
import { readText } from './text-encoding.ts';
import { UnusableExport } from './unusable-export.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inspect-export-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function inspect(bytes: Buffer | string) {
  const path = join(directory, 'upload');
  await writeFile(path, bytes);
  const { form, shape } = await inspectExport({ name: '대화.txt', path });
  let text = '';
  for await (const piece of readText(path, form.encoding)) text += piece.text;
  return { form, shape, text };
}

async function refusal(bytes: Buffer | string): Promise<UnusableExport> {
  const error: unknown = await inspect(bytes).catch((reason: unknown) => reason);
  if (!(error instanceof UnusableExport)) throw new Error('the file was accepted');
  return error;
}

const CHAT =
  '행복 님과 카카오톡 대화\r\n저장한 날짜 : 2026-11-20 18:03:22\r\n\r\n--------------- 2026년 11월 18일 수요일 ---------------\r\n[a] [오전 9:41] 똠방각하 펲시콜라 갂\r\n';

/** All 11,172 syllables: 8,822 of them exist only in the extension that TextDecoder('euc-kr') garbles. */
const SYLLABLES = Array.from({ length: 11_172 }, (_, index) => String.fromCharCode(0xac00 + index)).join('');

describe('encodings', () => {
  test.each([
    ['utf-8', Buffer.from(CHAT)],
    ['utf-8', Buffer.from(`\uFEFF${CHAT}`)],
    ['utf-16le', Buffer.from(`\uFEFF${CHAT}`, 'utf16le')],
    ['utf-16be', Buffer.from(`\uFEFF${CHAT}`, 'utf16le').swap16()],
    ['cp949', iconv.encode(CHAT, 'cp949')],
  ])('reads %s', async (encoding, bytes) => {
    const { form, text, shape } = await inspect(bytes);
    expect(form).toEqual({ encoding, bytes: bytes.length, damage: 0, hasCrlf: true, hasBareLf: false });
    expect(text).toBe(CHAT);
    expect(shape.format).toBe('windows');
  });

  test('reads every Hangul syllable of CP949, also across the pieces a file is read in', async () => {
    const chat = `${CHAT}${SYLLABLES.repeat(8)}\r\n`;
    expect((await inspect(iconv.encode(chat, 'cp949'))).text).toBe(chat);
  });

  test('a character cut off at the end does not turn UTF-8 into CP949', async () => {
    const bytes = Buffer.from(`${CHAT}끝`);
    const { form, text } = await inspect(bytes.subarray(0, -1));
    expect(form.encoding).toBe('utf-8');
    expect(text).toBe(`${CHAT}\uFFFD`);
  });

  test('a few broken bytes in UTF-8 cost only themselves', async () => {
    const bytes = Buffer.from(CHAT + '[a] [오전 9:42] 안녕하세요 여러분\r\n'.repeat(200));
    bytes[bytes.length - 20] = 0xff;
    const { form } = await inspect(bytes);
    expect(form.encoding).toBe('utf-8');
    expect(form.damage).toBeGreaterThan(0);
  });

  test('tells where line ends are mixed', async () => {
    expect((await inspect(`${CHAT}x\ny`)).form).toMatchObject({ hasCrlf: true, hasBareLf: true });
    expect((await inspect(CHAT.replaceAll('\r', ''))).form).toMatchObject({ hasCrlf: false, hasBareLf: true });
  });
});

describe('files that are no exports', () => {
  test.each([
    ['an empty file', '', 'empty', 'is empty'],
    ['a JPEG', Buffer.from('ffd8ffe000104a46494600', 'hex'), 'not_text', 'is a JPEG picture'],
    ['a workbook', Buffer.from('504b030414000600', 'hex'), 'not_text', 'ZIP archive or a workbook'],
    ['zeros', Buffer.alloc(5000), 'not_text', 'is no text'],
    [
      'binary rubbish',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 255))),
      'unknown_encoding',
      'encoding',
    ],
    ['a text', '오늘의 일기\n\n날씨가 좋았다.\n', 'not_an_export', 'not a KakaoTalk chat export'],
    ['another CSV', 'Name,Phone\nA,1\n', 'not_an_export', 'not a KakaoTalk chat export'],
  ])('%s is refused with what to do', async (...[, bytes, reason, words]) => {
    const error = await refusal(bytes);
    expect(error.code).toBe('PAYLOAD_INVALID');
    expect(error.detail).toMatchObject({ reason, file: '대화.txt' });
    expect(error.message).toContain(words);
    expect(error.message).toContain('Export chat');
    expect(error.detail.message_ko).toContain('대화 내용 내보내기');
  });

  test('a missing file is the file system’s error, not a refusal', async () => {
    await expect(inspectExport({ name: 'x', path: join(directory, 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
