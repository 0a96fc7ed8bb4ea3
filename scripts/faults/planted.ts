import type * as tf from "@tensorflow/tfjs";
import * as ports from "./ports.ts";

/** A fault: its name in ports.ts, part of the line of Python's that it belongs to, and its kind; null where it is of none of the kinds. */
export type Fault = readonly [name: string, line: string, kind: string | null];

/** A function, its port, and what is planted in it. */
export interface Program {
  readonly torch: string;
  readonly port: (t: ports.T, planted: ports.Planted) => tf.Tensor | tf.Tensor[];
  /** Shapes of inputs; "labels:5:8" are 8 whole numbers below 5. */
  readonly inputs: Readonly<Record<string, readonly number[] | string>>;
  readonly differentiate: readonly string[];
  /** Of the normal numbers that it is given; 1 unless told otherwise. */
  readonly scale?: number;
  readonly faults: readonly Fault[];
}

const gpt = { x: [2, 6, 16], attn_w: [48, 16], attn_b: [48], proj_w: [16, 16], proj_b: [16] };

export const programs: readonly Program[] = [
  {
    torch: "attention",
    port: ports.attention,
    inputs: gpt,
    differentiate: ["x"],
    faults: [
      ["heads without transpose", "self.n_head).transpose(1, 2)|self.n_head, C", "transposed"],
      ["keys and values exchanged", "q @ k.transpose|split(", "order"],
      ["scale by C", "q @ k.transpose", "factor"],
      ["no root", "q @ k.transpose", "factor"],
      ["mask off by one", "masked_fill|torch.tril", "off by one"],
      ["mask of -1", "masked_fill", "constant"],
      ["softmax along queries", "F.softmax", "axis"],
      ["weights transposed", "att @ v", "transposed"],
      ["heads side by side wrong", "contiguous().view", "transposed"],
      ["projection transposed", "self.c_proj(y)", "transposed"],
    ],
  },
  {
    torch: "block",
    port: ports.block,
    differentiate: ["x"],
    inputs: { ...gpt, fc_w: [64, 16], fc_b: [64], out_w: [16, 64], out_b: [16], g1: [16], b1: [16] },
    faults: [
      ["eps of layer norm", "self.ln_1(x)", "eps"],
      ["unbiased layer norm", "self.ln_1(x)", "variance"],
      ["residual of attention left out", "x + self.attn", "missing"],
      ["second norm left out", "self.ln_2(x)", "missing"],
      ["residual from the start", "x + self.mlpf", null],
      ["relu for gelu", "0.5 * x", "activation"],
      ["gelu by erf", "0.5 * x", "activation"],
      ["square in gelu", "0.5 * x", "exponent"],
      ["gelu constant", "0.5 * x", "factor"],
    ],
  },
  {
    torch: "basic_block",
    port: ports.basicBlock,
    differentiate: ["x"],
    inputs: { x: [2, 4, 8, 8], w1: [8, 4, 3, 3], g1: [8], b1: [8], w2: [8, 8, 3, 3], g2: [8], b2: [8] },
    faults: [
      ["kernel transposed", "self.conv1(x)", "transposed"],
      ["padding same", "self.conv1(x)", "padding"],
      ["eps of batch norm", "self.bn1(", "eps"],
      ["unbiased batch norm", "self.bn1(", "variance"],
      ["leaky relu", "F.relu(self.bn1", "activation"],
      ["elu", "F.relu(self.bn1", "activation"],
      ["kernel flipped", "self.conv2(out)", "transposed"],
      ["shortcut off by one", "F.pad(x|lambda x", "off by one"],
      ["channels padded at the end", "F.pad(x|lambda x", "padding"],
      ["shortcut left out", "out += ", "missing"],
      ["last relu left out", "F.relu(out)", "activation"],
    ],
  },
  {
    torch: "bayes_linear",
    port: ports.bayesLinear,
    differentiate: ["mu", "log_sigma"],
    inputs: { x: [6, 8], mu: [8, 8], log_sigma: [8, 8], eps: [8, 8], b_mu: [8], b_log_sigma: [8], b_eps: [8] },
    faults: [
      ["softplus for exp", "weight = self.weight_mu", "activation"],
      ["half log", "weight = self.weight_mu", "factor"],
      ["minus noise", "weight = self.weight_mu", "sign"],
      ["bias mean alone", "bias = self.bias_mu", "missing"],
      ["weight transposed", "F.linear(", "transposed"],
    ],
  },
  {
    torch: "kl_loss",
    port: ports.klLoss,
    inputs: { mu: [4, 6], log_sigma: [4, 6] },
    differentiate: ["mu", "log_sigma"],
    faults: [
      ["prior mean 0", "mu_0-mu_1", "offset"],
      ["sigma not squared", "torch.exp(log_sigma_0)**2", "exponent"],
      ["sign of the logarithms", "log_sigma_1 - log_sigma_0", "sign"],
      ["factor 2 left out", "(2*math.exp", "factor"],
      ["mean for sum", "kl.sum()", "reduction"],
    ],
  },
  {
    torch: "focal_loss",
    port: ports.focalLoss,
    inputs: { input: [8, 5], target: "labels:5:8" },
    differentiate: ["input"],
    faults: [
      ["softmax axis", "F.log_softmax", "axis"],
      ["detach forgotten", "logpt.data.exp", "detach"],
      ["alpha off by one", "alpha.gather", "off by one"],
      ["alpha left out", "logpt * Variable(at)", "missing"],
      ["sign left out", "loss = -1", "factor"],
      ["gamma 1", "loss = -1", "exponent"],
      ["sum for mean", "loss.mean()", "reduction"],
    ],
  },
  {
    torch: "info_nce",
    port: ports.infoNce,
    inputs: { features: [8, 6] },
    differentiate: ["features"],
    faults: [
      ["normalised along the batch", "F.normalize", "axis"],
      ["not normalised", "F.normalize", "missing"],
      ["temperature", "logits / self.args.temperature", "factor"],
      ["pair off by one", "labels.bool()|torch.arange", "off by one"],
      ["sum of losses", "F.cross_entropy", "reduction"],
    ],
  },
  {
    torch: "rms_norm",
    port: ports.rmsNorm,
    inputs: { x: [2, 6, 16], weight: [16] },
    differentiate: ["x"],
    faults: [
      ["centred", "torch.rsqrt", null],
      ["sum of squares", "torch.rsqrt", "reduction"],
      ["mean along tokens", "torch.rsqrt", "axis"],
      ["eps 1e-3", "torch.rsqrt", "eps"],
      ["weight left out", "output * self.weight", "missing"],
    ],
  },
  {
    torch: "rotary",
    port: ports.rotary,
    inputs: { q: [2, 6, 2, 8], k: [2, 6, 2, 8] },
    differentiate: ["q"],
    faults: [
      ["theta 1000", "freqs = 1.0 / (theta", "constant"],
      ["exponent i / D", "freqs = 1.0 / (theta", "constant"],
      ["positions from 1", "t = torch.arange|torch.outer", "off by one"],
      ["halves for pairs", "torch.view_as_complex", null],
      ["keys not turned", "xk_ * freqs_cis|xk_out", "missing"],
    ],
  },
  {
    torch: "q_sample",
    port: ports.qSample,
    inputs: { x_start: [4, 3, 5], t: "labels:40:4", noise: [4, 3, 5] },
    differentiate: ["x_start"],
    faults: [
      ["time off by one", "[timesteps]", "off by one"],
      ["root left out", "sqrt_alphas_cumprod, t|[timesteps]", null],
      ["variance for deviation", "sqrt_one_minus_alphas_cumprod, t|* noise|[timesteps]", null],
    ],
  },
  {
    torch: "normal_kl",
    port: ports.normalKl,
    differentiate: ["mean1"],
    inputs: { mean1: [3, 5], logvar1: [3, 5], mean2: [3, 5], logvar2: [3, 5] },
    faults: [
      ["ratio upside down", "th.exp(logvar1 - logvar2)", "order"],
      ["gap not squared", "(mean1 - mean2) ** 2", "exponent"],
      ["variance of the other", "th.exp(-logvar2)", null],
      ["half left out", "0.5 * (", "factor"],
    ],
  },
  {
    torch: "likelihood",
    scale: 0.2,
    port: ports.likelihood,
    differentiate: ["means"],
    inputs: { x: [4, 6], means: [4, 6], log_scales: [4, 6] },
    faults: [
      ["scale for its inverse", "th.exp(-log_scales)", "missing"],
      ["one bin only", "centered_x - 1.0 / 255.0", "offset"],
      ["least 1e-3", "cdf_delta.clamp|th.log(cdf_delta", "eps"],
    ],
  },
  {
    torch: "qkv",
    port: ports.qkv,
    inputs: { qkv: [2, 12, 5] },
    differentiate: ["qkv"],
    faults: [
      ["one root", "q * scale", "factor"],
      ["queries alone scaled", "k * scale", "factor"],
      ["scores transposed", "bct,bcs->bts|th.einsum(|th.softmax", "transposed"],
      ["weights not transposed", "bts,bcs->bct", "transposed"],
    ],
  },
  {
    torch: "timesteps",
    port: ports.timesteps,
    inputs: { t: "labels:40:4" },
    differentiate: [],
    faults: [
      ["half minus one", "math.log(max_period)", "factor"],
      ["period 1000", "math.log(max_period)", "factor"],
      ["from 1", "th.arange", "off by one"],
      ["sine first", "th.cat([th.cos", "order"],
    ],
  },
  {
    torch: "mixup",
    port: ports.mixup,
    inputs: { pred: [8, 5], y_a: "labels:5:8", y_b: "labels:5:8" },
    differentiate: ["pred"],
    faults: [
      ["losses summed", "criterion(pred", "reduction"],
      ["weights alike", "lam * criterion", "factor"],
    ],
  },
];
