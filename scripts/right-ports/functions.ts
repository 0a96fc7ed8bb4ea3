import type * as Tf from "@tensorflow/tfjs-core";

/** A function of torch's, and what says the same in TensorFlow.js. */
export interface RightPort {
  readonly torch: string;
  readonly port: (x: Tf.Tensor) => Tf.Tensor;
  /** Where its numbers are, of draws from N(0, 2^2). */
  readonly input?: ((x: number) => number) | undefined;
  /** Beside the tensor, as Python has them. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
  /** Not to be asked for: torch refuses. */
  readonly withoutGradient?: true | undefined;
}

const within = (x: number) => 0.99 * Math.tanh(x);
const positive = (x: number) => Math.abs(x) + 0.1;
const nearOne = (x: number) => 1 + x / 20; // a product of a thousand stays in the range of float32

/** Right ports of more than 40 functions. */
export function rightPorts(tf: typeof Tf): readonly RightPort[] {
  const of = (torch: string, port: RightPort["port"], rest: Omit<RightPort, "torch" | "port"> = {}): RightPort => ({
    torch: torch.includes(":") ? torch : `torch:${torch}`,
    port,
    ...rest,
  });
  const activation = (name: string, port: RightPort["port"], rest: Omit<RightPort, "torch" | "port"> = {}) =>
    of(`torch.nn.functional:${name}`, port, rest);
  const alongRows = { more: { dim: -1 } };
  return [
    of("abs", tf.abs),
    of("acos", tf.acos, { input: within }),
    of("acosh", tf.acosh, { input: (x) => 1 + positive(x) }),
    of("asin", tf.asin, { input: within }),
    of("asinh", tf.asinh),
    of("atan", tf.atan),
    of("atanh", tf.atanh, { input: within }),
    of("ceil", tf.ceil),
    of("cos", tf.cos),
    of("cosh", tf.cosh),
    of("erf", tf.erf),
    of("exp", tf.exp),
    of("expm1", tf.expm1),
    of("flatten", (x) => tf.reshape(x, [-1])),
    of("floor", tf.floor),
    of("isfinite", tf.isFinite, { withoutGradient: true }),
    of("isnan", tf.isNaN, { withoutGradient: true }),
    of("log", tf.log, { input: positive }),
    of("log1p", tf.log1p, { input: positive }),
    of("max", (x) => tf.max(x)),
    of("mean", (x) => tf.mean(x)),
    of("min", (x) => tf.min(x)),
    of("neg", tf.neg),
    of("prod", (x) => tf.prod(x), { input: nearOne }),
    of("reciprocal", tf.reciprocal),
    of("relu", tf.relu),
    of("round", tf.round),
    of("rsqrt", tf.rsqrt, { input: positive }),
    of("sigmoid", tf.sigmoid),
    of("sign", tf.sign),
    of("sin", tf.sin),
    of("sinh", tf.sinh),
    of("sqrt", tf.sqrt, { input: positive }),
    of("square", tf.square),
    of("sum", (x) => tf.sum(x)),
    of("tan", tf.tan),
    of("tanh", tf.tanh),
    activation("elu", tf.elu),
    activation("gelu", (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))),
    activation("leaky_relu", (x) => tf.leakyRelu(x, 0.01)),
    activation("log_softmax", (x) => tf.logSoftmax(x), alongRows),
    activation("relu6", tf.relu6),
    activation("selu", tf.selu),
    activation("silu", (x) => tf.mul(x, tf.sigmoid(x))),
    activation("softmax", (x) => tf.softmax(x), alongRows),
    activation("softplus", tf.softplus),
  ];
}
