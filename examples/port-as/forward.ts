import * as tf from "@tensorflow/tfjs-core";
import { outcome } from "adversarial-sampling";
import { type Context, named, type Tensors, under } from "../tensors.ts";
import { inside, type Kind, moduleOf, outside } from "./models.ts";

const priorSigma = 0.15;

/** Output and KL divergence of a layer, a block or a network, of the weights that Python has; batch norm moves its statistics. */
function forward(kind: Kind, x: tf.Tensor, fix: boolean, { state, draws }: Context) {
  const module = moduleOf(kind, state);
  let drawn = 0;
  const fresh = () => named(draws, `normal.${drawn++}`);
  const divergences: tf.Tensor[] = [];
  for (const [name, layer] of module.layers) {
    const own = name === "" ? state : under(state, `${name}.`);
    const weights = (part: "weight" | "bias") => {
      const mu = own[`mu_${part}`];
      if (mu === undefined) return null;
      const logSigma = named(own, `sigma_${part}`);
      divergences.push(divergence(mu, logSigma));
      return tf.add(mu, tf.mul(tf.exp(logSigma), fix ? named(own, `eps_${part}`) : fresh()));
    };
    layer.given = { weight: weights("weight"), bias: weights("bias") };
    for (const [part, { variable }] of layer.tensors) if (isStatistic(part)) variable.assign(named(own, part));
  }
  const output = outside(module.respond(inside(x)));
  const after: Record<string, tf.Tensor> = {};
  for (const [name, layer] of module.layers) {
    for (const [part, { variable }] of layer.tensors) {
      if (isStatistic(part)) after[name === "" ? part : `${name}.${part}`] = tf.clone(variable);
    }
    layer.dispose();
  }
  return { output, kl: tf.addN(divergences), after };
}

const isStatistic = (name: string) => name.startsWith("running_") || name === "num_batches_tracked";

/** Sum of KL(N(mu, e^2s) || N(0, priorSigma^2)), in nats. */
function divergence(mu: tf.Tensor, logSigma: tf.Tensor): tf.Tensor {
  const spread = tf.div(tf.add(tf.exp(tf.mul(2, logSigma)), tf.square(mu)), 2 * priorSigma ** 2);
  return tf.sum(tf.add(tf.sub(spread, logSigma), Math.log(priorSigma) - 0.5));
}

/** What Python's forwards are given, by name: layers call it `input`, networks `x`. */
interface Inputs {
  readonly input?: tf.Tensor;
  readonly x?: tf.Tensor;
  readonly fix: boolean;
}

/** The port of a layer or a network. */
export const forwardOf = (kind: Kind) => (inputs: Inputs, context: Context) => {
  const { output, kl, after } = forward(kind, (inputs.input ?? inputs.x) as tf.Tensor, inputs.fix, context);
  return outcome({ output: [output, kl], state: after });
};

/** The port of a block: with the KL divergence so far, and how the forward goes. */
export const blockForward = ([x, so, sample, fix]: [tf.Tensor, number, boolean, boolean], context: Context) => {
  const { output, kl, after } = forward("block", x, fix, context);
  const state: Tensors = after;
  return outcome({ output: [output, tf.add(kl, so), sample, fix], state });
};
