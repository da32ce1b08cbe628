/** Numbers that look random and are the same for the same seed, on every machine. Not for secrets. */
export type SeededRandom = {
  /** From `least` up to `most`, which is left out. */
  between: (least: number, most: number) => number;
  /** A whole number, both ends included. */
  whole: (least: number, most: number) => number;
  /** Noise with median 1: the exponential of a normal number with this standard deviation. */
  logNormal: (deviation: number) => number;
};

/** Mulberry32 (public domain, by Tommy Ettinger): 32 bits of state, full period. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  return {
    between: (least, most) => least + next() * (most - least),
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    // Box and Muller's transformation; 1 - next() is never 0.
    logNormal: (deviation) =>
      Math.exp(deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  };
}
