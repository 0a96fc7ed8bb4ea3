/**
 * Half-precision numbers. JavaScript has had an array for float16 since 2025 only, and has none for bfloat16: a tensor
 * holds their bits, as other libraries do. Rounding is to the nearest, ties to even.
 */
export type HalfDtype = "float16" | "bfloat16";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The numbers that these bits stand for, exactly. */
export function fromHalves(halves: Uint16Array, dtype: HalfDtype): Float32Array {
  const floats = new Float32Array(halves.length);
  const words = new Uint32Array(floats.buffer);
  if (dtype === "bfloat16") {
    for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
    return floats;
  }
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] ?? 0;
    const [sign, rest] = [(half & 0x8000) << 16, half & 0x7fff];
    words[i] = sign | (rest << 13) | (rest >= 0x7c00 ? 0x7f800000 : 0);
    // The exponents are biased by 15 and by 127; the product is exact, also where a half is subnormal.
    if (rest < 0x7c00) floats[i] = (floats[i] ?? 0) * 2 ** 112;
  }
  return floats;
}

/** The bits of these numbers, rounded. */
export function toHalves(floats: Float32Array, dtype: HalfDtype): Uint16Array {
  const round = dtype === "float16" ? float16Bits : bfloat16Bits;
  return Uint16Array.from(floats, round);
}

function bfloat16Bits(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  if (Number.isNaN(value)) return (word >>> 16) | 0x40; // its payload may be in the bits that go
  return roundedShift(word, 16);
}

function float16Bits(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const [sign, rest] = [(word >>> 16) & 0x8000, word & 0x7fffffff];
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x477ff000) return sign | 0x7c00; // from 65520 on: infinity
  if (rest >= 0x38800000) return sign | roundedShift(rest - 0x38000000, 13);
  // Subnormal: multiples of 2^-24, of which float32's addition to 2^-1 keeps whole ones, rounded as they should be.
  float[0] = Math.abs(float[0] ?? 0) + 0.5;
  return sign | ((bits[0] ?? 0) - 0x3f000000);
}

/** word / 2^count, rounded to the nearest, ties to even. */
function roundedShift(word: number, count: number): number {
  const odd = (word >>> count) & 1;
  return ((word + 2 ** (count - 1) - 1 + odd) / 2 ** count) >>> 0;
}
