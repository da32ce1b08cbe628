import { recogniseExport } from './recognise-export.ts';
import type { ExportShape } from './recognise-export.ts';
import { detectTextForm, readHead, readText } from './text-encoding.ts';
import type { TextForm } from './text-encoding.ts';
import { unusableFile } from './unusable-export.ts';

/** A file to read and the name its owner gave it. */
export interface ExportInput {
  readonly name: string;
  readonly path: string;
}

/** An input that is an export, and how to read it. */
export interface InspectedExport extends ExportInput {
  readonly form: TextForm;
  readonly shape: ExportShape;
}

const HEAD_CHARACTERS = 256 * 1024;
const SNIFFED_BYTES = 8192;
/** People paste odd things: a zero byte here and there does not make a chat a binary file. */
const TOLERATED_ZEROS = 0.02;

/** The files people send by mistake, by their first bytes. */
const SIGNATURES: readonly { readonly at: number; readonly hex: string; readonly en: string; readonly ko: string }[] = [
  { at: 0, hex: 'ffd8ff', en: 'is a JPEG picture', ko: 'JPEG 사진입니다' },
  { at: 0, hex: '89504e47', en: 'is a PNG picture', ko: 'PNG 그림입니다' },
  { at: 0, hex: '47494638', en: 'is a GIF picture', ko: 'GIF 그림입니다' },
  { at: 0, hex: '25504446', en: 'is a PDF document', ko: 'PDF 문서입니다' },
  { at: 0, hex: '504b0304', en: 'is a ZIP archive or a workbook', ko: 'ZIP 압축 파일 또는 엑셀 파일입니다' },
  { at: 0, hex: 'd0cf11e0', en: 'is an old Office document', ko: '구형 오피스 문서입니다' },
  { at: 0, hex: '52494646', en: 'is a sound, video or WebP file', ko: '음성·동영상 또는 WebP 파일입니다' },
  { at: 4, hex: '66747970', en: 'is a video or HEIC picture', ko: '동영상 또는 HEIC 사진입니다' },
];

/**
 * Reads a file once to learn its encoding, its line ends and which app wrote it.
 * @throws UnusableExport when it is empty, no text, in an unknown encoding, or no export.
 */
export async function inspectExport(input: ExportInput): Promise<InspectedExport> {
  await assertText(input);
  const form = await detectTextForm(input.path, input.name);
  const shape = recogniseExport(await headText(input.path, form), form.hasCrlf && form.hasBareLf);
  if (shape !== undefined) return { ...input, form, shape };
  throw unusableFile(input.name, 'not_an_export', {
    en: 'is text but not a KakaoTalk chat export of the Windows, Android, iOS or macOS app',
    ko: '카카오톡(윈도우·안드로이드·아이폰·맥) 대화 내보내기 형식이 아닌 글입니다',
  });
}

async function assertText({ path, name }: ExportInput): Promise<void> {
  const head = await readHead(path, SNIFFED_BYTES);
  const signature = SIGNATURES.find(({ at, hex }) => head.subarray(at, at + hex.length / 2).toString('hex') === hex);
  if (signature !== undefined) throw unusableFile(name, 'not_text', { en: signature.en, ko: signature.ko });
  const isUtf16 = head[0] === 0xff || head[0] === 0xfe;
  if (!isUtf16 && head.filter((byte) => byte === 0).length > head.length * TOLERATED_ZEROS) {
    throw unusableFile(name, 'not_text', { en: 'is no text', ko: '글 파일이 아닙니다' });
  }
}

async function headText(path: string, form: TextForm): Promise<string> {
  let head = '';
  for await (const { text } of readText(path, form.encoding)) {
    head += text;
    if (head.length >= HEAD_CHARACTERS) break;
  }
  return head;
}
