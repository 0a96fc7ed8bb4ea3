/**
 * A 32-bit key for one stream of random numbers; streams of one seed are independent of one another.
 * FNV-1a over the name, then murmur3's finaliser, so that near seeds give far keys.
 */
export function streamKey(seed: number, stream: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${stream}:${seed}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return mixed(hash);
}

function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

/** Numbers from U[0, 1), the same on every engine: splitmix32 from `key`, Steele et al., OOPSLA 2014, in 32 bits. */
export function uniformNumbers(key: number): () => number {
  let state = key;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mixed(state) >>> 0) / 2 ** 32;
  };
}

/** Numbers from N(0, 1), of uniform ones, by Box and Muller (1958). */
export function normalNumbers(uniform: () => number): () => number {
  let second: number | null = null;
  return () => {
    if (second !== null) {
      const number = second;
      second = null;
      return number;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    second = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** 0 .. count - 1 in a random order (Fisher and Yates). */
export function permutation(count: number, uniform: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(uniform() * (last + 1));
    const [a = 0, b = 0] = [order[last], order[chosen]];
    order[last] = b;
    order[chosen] = a;
  }
  return order;
}
