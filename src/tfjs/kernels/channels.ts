import * as tf from "@tensorflow/tfjs-core";
import { meanInDouble } from "./double.ts";
import { isNative } from "./native.ts";

/** From so many numbers on, an operation's own time is worth more of them. */
const large = 2 ** 19;

/** Numbers of a channel that are added up in float32 before float64 takes over: so few that nothing to speak of is lost. */
const block = 16;

/**
 * Mean of each channel, [..., C] to [C]. Torch sums channels in float64, and so does the native engine here; of a large tensor
 * what is left after a float32 sum of every 16, since all of it would take four times as long.
 */
export function channelMeans(x: tf.Tensor): tf.Tensor {
  if (!isNative()) return tf.mean(x, leadingAxes(x));
  const channels = x.shape.at(-1) ?? 1;
  const count = x.size / channels;
  if (x.size < large || count % block !== 0) return meanInDouble(x, leadingAxes(x));
  return tf.tidy(() => {
    const sums = tf.reshape(tf.sum(tf.reshape(x, [block, x.size / block]), 0), [count / block, channels]);
    return tf.div(meanInDouble(sums, [0]), block);
  });
}

function leadingAxes({ rank }: tf.Tensor): number[] {
  return [...Array(rank - 1).keys()];
}

/** Of numbers in a row, fewer than which TensorFlow broadcasts slowly, and how many are as good as any. */
const [shortRow, longRow] = [32, 256];

/** `combine(x, values)` with one value [C] for each channel of x [..., C]. */
export function perChannel(
  combine: typeof tf.add | typeof tf.sub | typeof tf.mul,
  x: tf.Tensor,
  values: tf.Tensor,
): tf.Tensor {
  const repeats = Math.ceil(longRow / values.size);
  const direct = x.size < large || values.size >= shortRow || x.size % (repeats * values.size) !== 0;
  if (direct || !isNative()) return combine(x, values);
  const row = tf.tile(values, [repeats]);
  return tf.reshape(combine(tf.reshape(x, [-1, row.size]), row), x.shape);
}
