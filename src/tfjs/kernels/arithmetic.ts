/** Numbers in a shape, as an engine holds them; the last axis is that of the channels. */
export interface Numbers {
  readonly shape: readonly number[];
}

/**
 * What a formula is made of. Of two operands the second may have one number for each channel, or one for all.
 *
 * Functions and means are rounded from float64 where the engine has it. TensorFlow's exp and 1 / sqrt in float32 are off by
 * two to three roundings, and more often to one side than to the other, which adds up over weights and channels.
 */
export interface Arithmetic<N extends Numbers> {
  number(value: number): N;
  add(a: N, b: N): N;
  subtract(a: N, b: N): N;
  multiply(a: N, b: N): N;
  square(x: N): N;
  /** 1 / sqrt(x). */
  inverseRoot(x: N): N;
  exp(x: N): N;
  /** Mean of each channel, [..., C] to [C]. */
  channelMeans(x: N): N;
}

/** What it answers is computed by the arithmetic given, no input as it came. */
export type Formula<In extends string, Out extends string> = <N extends Numbers>(
  arithmetic: Arithmetic<N>,
  inputs: Readonly<Record<In, N>>,
) => Readonly<Record<Out, N>>;
