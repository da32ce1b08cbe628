/** Where a piece of JSON ends, by counting brackets outside strings. It need not be JSON inside. */
export type JsonScan = {
  /** Just after the bracket that closes the first one; undefined when none does. */
  end: number | undefined;
  /** The most brackets open at once. */
  depth: number;
  /** The text ends inside a string. */
  cutInString: boolean;
  /** Three dots outside strings: somebody left something out. */
  elided: boolean;
};

/** Walks once from the bracket at `from` to its end, or to the end of the text. */
export function scanJson(text: string, from: number): JsonScan {
  const scan: JsonScan = { end: undefined, depth: 0, cutInString: false, elided: false };
  let open = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      at = stringEnd(text, at);
      scan.cutInString = at >= text.length;
    } else if (character === '{' || character === '[') {
      open += 1;
      scan.depth = Math.max(scan.depth, open);
    } else if (character === '}' || character === ']') {
      open -= 1;
      if (open === 0) return { ...scan, end: at + 1 };
    } else if (character === '…' || (character === '.' && text.startsWith('...', at))) {
      scan.elided = true;
    }
  }
  return scan;
}

/** The quote that closes the string opened at `from`, or the length of the text. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
