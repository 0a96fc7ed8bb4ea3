import * as tf from "@tensorflow/tfjs";

export type T = Record<string, tf.Tensor>;

/** What is planted: `f("name")` is true for the fault that is wanted, and each stands where it would be made. */
export type Planted = (name: string) => boolean;

const get = (t: T, name: string): tf.Tensor => t[name] as tf.Tensor;

function linear(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const flat = tf.matMul(x.reshape([-1, x.shape.at(-1) ?? 1]), w as tf.Tensor2D, false, true).add(b);
  return flat.reshape([...x.shape.slice(0, -1), w.shape[0] ?? 1]);
}

export function attention(t: T, f: Planted): tf.Tensor {
  const x = get(t, "x");
  const [B = 1, N = 1, C = 1] = x.shape;
  const [H, D] = [4, C / 4];
  const parts = tf.split(linear(x, get(t, "attn_w"), get(t, "attn_b")), 3, 2);
  const heads = (i: number) =>
    f("heads without transpose")
      ? (parts[i] as tf.Tensor).reshape([B, H, N, D])
      : (parts[i] as tf.Tensor).reshape([B, N, H, D]).transpose([0, 2, 1, 3]);
  const [q, k, v] = f("keys and values exchanged") ? [heads(0), heads(2), heads(1)] : [heads(0), heads(1), heads(2)];
  const scores = tf
    .matMul(q, k, false, true)
    .mul(f("scale by C") ? 1 / Math.sqrt(C) : f("no root") ? 1 / D : 1 / Math.sqrt(D));
  const ones = tf.ones([N, N]);
  const mask = tf.linalg.bandPart(ones as tf.Tensor2D, -1, f("mask off by one") ? 1 : 0);
  const masked = tf.where(mask.equal(0), f("mask of -1") ? -1 : -1e9, scores);
  const weights = f("softmax along queries")
    ? tf.softmax(masked.transpose([0, 1, 3, 2]), -1).transpose([0, 1, 3, 2])
    : tf.softmax(masked, -1);
  const mixed = tf.matMul(weights, v, f("weights transposed"));
  const y = (f("heads side by side wrong") ? mixed : mixed.transpose([0, 2, 1, 3])).reshape([B, N, C]);
  return linear(y, f("projection transposed") ? get(t, "proj_w").transpose() : get(t, "proj_w"), get(t, "proj_b"));
}

function layerNorm(x: tf.Tensor, g: tf.Tensor | null, b: tf.Tensor | null, eps: number, unbiased = false): tf.Tensor {
  const n = x.shape.at(-1) ?? 1;
  const { mean, variance } = tf.moments(x, -1, true);
  const v = unbiased ? variance.mul(n / (n - 1)) : variance;
  const y = x.sub(mean).div(v.add(eps).sqrt());
  return g === null || b === null ? y : y.mul(g).add(b);
}

function newGelu(x: tf.Tensor, f: Planted): tf.Tensor {
  if (f("relu for gelu")) return tf.relu(x);
  if (f("gelu by erf")) return x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1));
  const inner = x.add(x.pow(f("square in gelu") ? 2 : 3).mul(f("gelu constant") ? 0.0447 : 0.044715));
  return x.mul(0.5).mul(tf.tanh(inner.mul(Math.sqrt(2 / Math.PI))).add(1));
}

export function block(t: T, f: Planted): tf.Tensor {
  const x = get(t, "x");
  const normal = layerNorm(
    x,
    get(t, "g1"),
    get(t, "b1"),
    f("eps of layer norm") ? 1e-3 : 1e-5,
    f("unbiased layer norm"),
  );
  const a = attention({ ...t, x: normal }, () => false);
  const y = f("residual of attention left out") ? a : x.add(a);
  const h = linear(f("second norm left out") ? y : layerNorm(y, null, null, 1e-5), get(t, "fc_w"), get(t, "fc_b"));
  const m = linear(newGelu(h, f), get(t, "out_w"), get(t, "out_b"));
  return (f("residual from the start") ? x : y).add(m);
}

function batchNorm(x: tf.Tensor, g: tf.Tensor, b: tf.Tensor, eps: number, unbiased = false): tf.Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2], true);
  const n = x.size / (x.shape[3] ?? 1);
  const v = unbiased ? variance.mul(n / (n - 1)) : variance;
  return x.sub(mean).mul(v.add(eps).rsqrt()).mul(g).add(b);
}

export function basicBlock(t: T, f: Planted): tf.Tensor {
  const x = get(t, "x").transpose([0, 2, 3, 1]) as tf.Tensor4D;
  const kernel = (name: string, order = [2, 3, 1, 0]) => get(t, name).transpose(order) as tf.Tensor4D;
  const around = (y: tf.Tensor4D, before: number, after: number) =>
    tf.pad(y, [
      [0, 0],
      [before, after],
      [before, after],
      [0, 0],
    ]) as tf.Tensor4D;
  const first = tf.conv2d(
    f("padding same") ? around(x, 0, 1) : around(x, 1, 1),
    f("kernel transposed") ? kernel("w1", [3, 2, 1, 0]) : kernel("w1"),
    2,
    "valid",
  );
  const one = batchNorm(
    first,
    get(t, "g1"),
    get(t, "b1"),
    f("eps of batch norm") ? 1e-3 : 1e-5,
    f("unbiased batch norm"),
  );
  const active = f("leaky relu") ? tf.leakyRelu(one, 0.01) : f("elu") ? tf.elu(one) : tf.relu(one);
  const second = tf.conv2d(
    around(active as tf.Tensor4D, 1, 1),
    f("kernel flipped") ? (tf.reverse(kernel("w2"), [0, 1]) as tf.Tensor4D) : kernel("w2"),
    1,
    "valid",
  );
  const two = batchNorm(second, get(t, "g2"), get(t, "b2"), 1e-5);
  const [, H = 1, W = 1] = x.shape;
  const from = f("shortcut off by one") ? 1 : 0;
  const cells = x.reshape([x.shape[0], H / 2, 2, (W / 2) * 2 * x.shape[3]]).slice([0, 0, from, 0], [-1, -1, 1, -1]);
  const strided = cells
    .reshape([x.shape[0] * (H / 2), W / 2, 2, x.shape[3]])
    .slice([0, 0, from, 0], [-1, -1, 1, -1])
    .reshape([x.shape[0], H / 2, W / 2, x.shape[3]]) as tf.Tensor4D;
  const shortcut = tf.pad(strided, [[0, 0], [0, 0], [0, 0], f("channels padded at the end") ? [0, 4] : [2, 2]]);
  const sum = f("shortcut left out") ? two : two.add(shortcut);
  return (f("last relu left out") ? sum : tf.relu(sum)).transpose([0, 3, 1, 2]);
}

export function bayesLinear(t: T, f: Planted): tf.Tensor {
  const sigma = (name: string) =>
    f("softplus for exp") && name === "log_sigma"
      ? tf.softplus(get(t, name))
      : tf.exp(get(t, name).mul(f("half log") && name === "log_sigma" ? 0.5 : 1));
  const w = f("minus noise")
    ? get(t, "mu").sub(sigma("log_sigma").mul(get(t, "eps")))
    : get(t, "mu").add(sigma("log_sigma").mul(get(t, "eps")));
  const b = f("bias mean alone") ? get(t, "b_mu") : get(t, "b_mu").add(sigma("b_log_sigma").mul(get(t, "b_eps")));
  return tf.matMul(get(t, "x"), f("weight transposed") ? w : w, false, !f("weight transposed")).add(b);
}

export function klLoss(t: T, f: Planted): tf.Tensor {
  const [mu, log] = [get(t, "mu"), get(t, "log_sigma")];
  const prior = Math.log(0.2);
  const gap = mu.sub(f("prior mean 0") ? 0 : 0.1).square();
  const numerator = (f("sigma not squared") ? log.exp() : log.exp().square()).add(gap);
  const kl = (f("sign of the logarithms") ? log.sub(prior) : log.neg().add(prior))
    .add(numerator.div((f("factor 2 left out") ? 1 : 2) * 0.2 ** 2))
    .sub(f("half left out") ? 0 : 0.5);
  return f("mean for sum") ? kl.mean() : kl.sum();
}

export function focalLoss(t: T, f: Planted): tf.Tensor {
  const input = get(t, "input");
  const logs = f("softmax axis") ? tf.logSoftmax(input.transpose(), -1).transpose() : tf.logSoftmax(input, -1);
  const hot = tf.oneHot(get(t, "target") as tf.Tensor1D, 5);
  const logpt = logs.mul(hot).sum(-1);
  const stop = tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
  }));
  const pt = f("detach forgotten") ? logpt.exp() : (stop(logpt.exp()) as tf.Tensor);
  const alpha = tf.tensor1d([0.1, 0.2, 0.3, 0.25, 0.15]);
  const at = tf.gather(
    alpha,
    f("alpha off by one") ? get(t, "target").sub(1).maximum(0).cast("int32") : get(t, "target").cast("int32"),
  );
  const weighted = f("alpha left out") ? logpt : logpt.mul(at);
  const loss = tf
    .scalar(f("sign left out") ? 1 : -1)
    .mul(
      tf
        .scalar(1)
        .sub(pt)
        .pow(f("gamma 1") ? 1 : 2),
    )
    .mul(weighted);
  return f("sum for mean") ? loss.sum() : loss.mean();
}

export function infoNce(t: T, f: Planted): tf.Tensor {
  const x = get(t, "features");
  const n = x.shape[0] ?? 1;
  const norm = x
    .square()
    .sum(f("normalised along the batch") ? 0 : 1, true)
    .sqrt();
  const unit = f("not normalised") ? x : x.div(norm);
  const scores = tf.matMul(unit, unit, false, true).div(f("temperature") ? 0.7 : 0.07);
  const half = n / 2;
  const places = [...Array(n).keys()];
  const pair = (i: number) => (f("pair off by one") ? (i + half + 1) % n : (i + half) % n);
  const flat = scores.reshape([-1]);
  const positives = tf
    .gather(
      flat,
      tf.tensor1d(
        places.map((i) => i * n + pair(i)),
        "int32",
      ),
    )
    .reshape([n, 1]);
  const kept = (i: number, j: number) => (f("itself kept") || j !== i) && j !== pair(i);
  const rest = places.flatMap((i) => places.filter((j) => kept(i, j)).map((j) => i * n + j));
  const negatives = tf.gather(flat, tf.tensor1d(rest, "int32")).reshape([n, -1]);
  const logits = tf.concat([positives, negatives], 1);
  const first = tf.logSoftmax(logits, -1).slice([0, 0], [n, 1]).neg();
  return f("sum of losses") ? first.sum() : first.mean();
}

export function rmsNorm(t: T, f: Planted): tf.Tensor {
  const x = get(t, "x");
  const square = f("centred") ? x.sub(x.mean(-1, true)).square() : x.square();
  const mean = f("sum of squares") ? square.sum(-1, true) : square.mean(f("mean along tokens") ? 1 : -1, true);
  const eps = f("eps 1e-3") ? 1e-3 : 1e-5;
  const scale = f("eps outside") ? tf.scalar(1).div(mean.sqrt().add(eps)) : mean.add(eps).rsqrt();
  return f("weight left out") ? x.mul(scale) : x.mul(scale).mul(get(t, "weight"));
}

export function rotary(t: T, f: Planted): tf.Tensor[] {
  const [, N = 1, , D = 1] = get(t, "q").shape;
  const base = f("theta 1000") ? 1000 : 10000;
  const freqs = Array.from({ length: D / 2 }, (_, i) => 1 / base ** ((f("exponent i / D") ? i : 2 * i) / D));
  const at = Array.from({ length: N }, (_, n) => freqs.map((w) => (n + (f("positions from 1") ? 1 : 0)) * w));
  const angles = tf.tensor2d(at).reshape([1, N, 1, D / 2]);
  const [cos, sin] = [tf.cos(angles), f("other way round") ? tf.sin(angles).neg() : tf.sin(angles)];
  const turn = (x: tf.Tensor) => {
    const [B = 1, T = 1, H = 1] = x.shape;
    const pairs = f("halves for pairs")
      ? x.reshape([B, T, H, 2, D / 2]).transpose([0, 1, 2, 4, 3])
      : x.reshape([B, T, H, D / 2, 2]);
    const [a, b] = tf.unstack(pairs, -1) as [tf.Tensor, tf.Tensor];
    return tf.stack([a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))], -1).reshape(x.shape);
  };
  return [turn(get(t, "q")), f("keys not turned") ? get(t, "k").clone() : turn(get(t, "k"))];
}

export function qSample(t: T, f: Planted): tf.Tensor {
  let product = 1;
  const steps = f("49 steps") ? 48 : 49;
  const alphas = Array.from({ length: 50 }, (_, i) => (product *= 1 - (1e-4 + ((0.02 - 1e-4) * i) / steps)));
  const step = f("time off by one") ? get(t, "t").add(1).cast("int32") : get(t, "t").cast("int32");
  const signal = tf
    .gather(tf.tensor1d(alphas.map((a) => (f("root left out") ? a : Math.sqrt(a)))), step)
    .reshape([-1, 1, 1]);
  const spread = tf
    .gather(tf.tensor1d(alphas.map((a) => (f("variance for deviation") ? 1 - a : Math.sqrt(1 - a)))), step)
    .reshape([-1, 1, 1]);
  return signal.mul(get(t, "x_start")).add(spread.mul(get(t, "noise")));
}

export function normalKl(t: T, f: Planted): tf.Tensor {
  const [m1, l1, m2, l2] = ["mean1", "logvar1", "mean2", "logvar2"].map((name) => get(t, name)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const ratio = tf.exp(f("ratio upside down") ? l2.sub(l1) : l1.sub(l2));
  const gap = (f("gap not squared") ? m1.sub(m2) : m1.sub(m2).square()).mul(
    tf.exp(f("variance of the other") ? l1.neg() : l2.neg()),
  );
  return l2
    .sub(f("minus one left out") ? 0 : 1)
    .sub(l1)
    .add(ratio)
    .add(gap)
    .mul(f("half left out") ? 1 : 0.5);
}

export function likelihood(t: T, f: Planted): tf.Tensor {
  const x = get(t, "x");
  const cdf = (z: tf.Tensor) =>
    tf
      .tanh(z.add(z.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)))
      .add(1)
      .mul(0.5);
  const centred = x.sub(get(t, "means"));
  const inverse = tf.exp(f("scale for its inverse") ? get(t, "log_scales") : get(t, "log_scales").neg());
  const bin = 1 / (f("bins of 256") ? 256 : 255);
  const plus = cdf(inverse.mul(centred.add(bin)));
  const minus = cdf(inverse.mul(centred.sub(f("one bin only") ? 0 : bin)));
  const least = f("least 1e-3") ? 1e-3 : 1e-12;
  const between = tf.log(plus.sub(minus).maximum(least));
  const right = tf.log(tf.scalar(1).sub(minus).maximum(1e-12));
  const upper = tf.where(x.greater(0.999), right, between);
  return tf.where(x.less(-0.999), tf.log(plus.maximum(1e-12)), upper);
}

export function qkv(t: T, f: Planted): tf.Tensor {
  const all = get(t, "qkv");
  const channels = (all.shape[1] ?? 3) / 3;
  const [q, k, v] = tf.split(all, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const scale = f("one root") ? 1 / Math.sqrt(channels) : 1 / channels ** 0.25;
  const scores = tf.matMul(q.mul(scale), k.mul(f("queries alone scaled") ? 1 : scale), true, false);
  const weights = tf.softmax(f("scores transposed") ? scores.transpose([0, 2, 1]) : scores, -1);
  return tf.matMul(v, weights, false, !f("weights not transposed"));
}

export function timesteps(t: T, f: Planted): tf.Tensor {
  const half = 8;
  const divisor = f("half minus one") ? half - 1 : half;
  const period = f("period 1000") ? 1000 : 10000;
  const freqs = tf.exp(tf.range(f("from 1") ? 1 : 0, f("from 1") ? half + 1 : half).mul(-Math.log(period) / divisor));
  const args = get(t, "t")
    .cast("float32")
    .reshape([-1, 1])
    .mul(freqs.reshape([1, half]));
  return tf.concat(f("sine first") ? [tf.sin(args), tf.cos(args)] : [tf.cos(args), tf.sin(args)], -1);
}

export function mixup(t: T, f: Planted): tf.Tensor {
  const loss = (y: string) => {
    const each = tf
      .logSoftmax(get(t, "pred"), -1)
      .mul(tf.oneHot(get(t, y) as tf.Tensor1D, 5))
      .sum(-1)
      .neg();
    return f("losses summed") ? each.sum() : each.mean();
  };
  const [a, b] = f("labels exchanged") ? ["y_b", "y_a"] : ["y_a", "y_b"];
  return loss(a)
    .mul(0.3)
    .add(loss(b).mul(f("weights alike") ? 0.3 : 0.7));
}
