import * as tf from "@tensorflow/tfjs-core";
import { inDouble } from "./double.ts";
import { isNative } from "./native.ts";

/** Numbers of a channel that are added up in float32 before float64 takes over: so few that nothing to speak of is lost. */
const block = 16;

/**
 * Mean of each channel, [..., C] to [C]. Torch sums channels in float64, and so does the native engine here, what is left of
 * them after a float32 sum of every 16: all in float64 would take four times as long.
 */
export function channelMeans(x: tf.Tensor): tf.Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const count = x.size / channels;
  if (!isNative()) return tf.mean(tf.reshape(x, [count, channels]), 0);
  return tf.tidy(() => {
    const terms = count % block === 0 ? block : 1;
    const blocks = terms === 1 ? x : tf.sum(tf.reshape(x, [terms, x.size / terms]), 0);
    const rows = tf.reshape(blocks, [count / terms, channels]);
    const [mean] = inDouble((scope) => [scope.mean(scope.of(rows))]);
    return terms === 1 ? mean : tf.div(mean, terms);
  });
}

/** Numbers in a row below which TensorFlow broadcasts slowly. */
const shortRow = 256;

/** `combine(x, values)` with one value [C] for each channel of x [..., C]. */
export function perChannel(
  combine: typeof tf.add | typeof tf.sub | typeof tf.mul,
  x: tf.Tensor,
  values: tf.Tensor,
): tf.Tensor {
  const repeats = Math.ceil(shortRow / values.size);
  if (!isNative() || repeats === 1 || x.size % (repeats * values.size) !== 0) return combine(x, values);
  const row = tf.tile(values, [repeats]);
  return tf.reshape(combine(tf.reshape(x, [-1, row.size]), row), x.shape);
}
