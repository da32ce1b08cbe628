/** Longest file name in UTF-8 bytes, as file systems have it. */
const MAX_NAME_BYTES = 255;

export type FileName = { ok: true; name: string } | { ok: false; why: string };

/**
 * The name of an upload from its `X-File-Name` header: URL-encoded UTF-8. Folders are cut off, control characters go: a
 * name is something to show and to save under, never a path.
 */
export function decodeFileName(header: string): FileName {
  let decoded: string;
  try {
    decoded = decodeURIComponent(header);
  } catch {
    return { ok: false, why: 'it is not URL-encoded UTF-8' };
  }
  const name = (decoded.split(/[\\/]/).at(-1) ?? '')
    // eslint-disable-next-line no-control-regex -- these are the characters that must go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .normalize('NFC')
    .trim();
  if (name === '' || name === '.' || name === '..') return { ok: false, why: 'it holds no file name' };
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return { ok: false, why: `it is longer than ${MAX_NAME_BYTES} bytes` };
  return { ok: true, name };
}

/** `Content-Disposition` of a download (RFC 6266): the true name in UTF-8 (RFC 8187) and an ASCII stand-in. */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
