/**
 * Numbers in [0, 1) that depend on the seed alone: the generator mulberry32 (T. Ettinger, public domain), a hash of a
 * counter. For inputs and signs, not for statistics.
 */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** n draws from N(0, 1) by the transform of Box and Muller (1958). */
export function gaussian(seed: number, n: number): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length: n }, () => {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  });
}

/** 0 .. n-1 in an order that depends on the seed alone (Fisher and Yates). */
export function permutation(seed: number, n: number): number[] {
  const next = uniform(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
