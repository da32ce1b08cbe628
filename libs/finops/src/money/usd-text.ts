const usdForm = /^(\d{1,9})(?:\.(\d{1,9})0*)?$/;

/**
 * Reads a decimal text of USD such as `20` or `0.5` as whole nano-USD (10⁻⁹ USD), exactly. Undefined for everything else:
 * a sign, an exponent, spaces, a fraction of a nano-USD, 10⁹ USD and more (the ledger counts in 64 bits).
 */
export function usdToNano(text: string): bigint | undefined {
  const [, whole = '', fraction = ''] = text.length > 64 ? [] : (usdForm.exec(text) ?? []);
  return whole === '' ? undefined : BigInt(whole + fraction.padEnd(9, '0'));
}

/** Nano-USD as a decimal text of USD without exponent and useless zeros, e.g. `0.000001`; below zero with a minus. */
export function nanoToUsd(nano: bigint): string {
  if (nano < 0n) return `-${nanoToUsd(-nano)}`;
  const digits = nano.toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -9) : `${digits.slice(0, -9)}.${fraction}`;
}
