import type { PythonObject } from "adversarial-sampling";
import client from "./bayesian-neural-network-pytorch.client.ts";
import { begin, wave } from "./tried.ts";

await using trial = await begin(client);
const { torchbnn: bnn, "torchbnn.functional": functional, "torchbnn.utils": utils } = trial.py;
const linear = () => bnn.BayesLinear.create(0, 0.1, 3, 2);
const conv = () => bnn.BayesConv2d.create(0, 0.1, 3, 2, 3, { padding: 1 });
const norm = () => bnn.BayesBatchNorm2d.create(0, 0.1, 3);
const network = async () =>
  trial.nn.method<PythonObject>("Sequential", await linear(), await bnn.BayesLinear.create(0, 0.1, 2, 4));

await trial.tell(
  `
import torchbnn as bnn
from torchbnn import functional, utils
def linear(): return bnn.BayesLinear(0.0, 0.1, 3, 2)
def conv(): return bnn.BayesConv2d(0.0, 0.1, 3, 2, 3, padding=1)
def norm(): return bnn.BayesBatchNorm2d(0.0, 0.1, 3)
def network(): return nn.Sequential(linear(), bnn.BayesLinear(0, 0.1, 2, 4))
`,
  {
    "torchbnn.BayesLinear.create": [
      "m = linear(); [m.weight_mu, m.weight_log_sigma, m.bias_mu, m.weight_eps]",
      async () => {
        await using layer = await linear();
        return [await layer.weight_mu, await layer.weight_log_sigma, await layer.bias_mu, await layer.weight_eps];
      },
    ],
    "torchbnn.BayesLinear.call": ["linear()(wave(4, 3))", async () => (await linear()).call(wave(4, 3))],
    "torchbnn.BayesLinear.extra_repr": ["linear().extra_repr()", async () => (await linear()).extra_repr()],
    "torchbnn.BayesLinear.reset_parameters": [
      "m = linear(); m.reset_parameters(); m.weight_mu",
      async () => {
        await using layer = await linear();
        await layer.reset_parameters();
        return layer.weight_mu;
      },
    ],
    "torchbnn.BayesLinear.freeze": [
      "m = linear(); m.freeze(); [m.weight_eps, m(wave(1, 3))]",
      async () => {
        await using layer = await linear();
        await layer.freeze();
        return [await layer.weight_eps, await layer.call(wave(1, 3))];
      },
    ],
    "torchbnn.BayesLinear.unfreeze": [
      "m = linear(); m.freeze(); m.unfreeze(); m.weight_eps",
      async () => {
        await using layer = await linear();
        await layer.freeze();
        await layer.unfreeze();
        return layer.weight_eps;
      },
    ],
    "torchbnn.BayesConv2d.create": [
      "m = conv(); [m.weight_mu, m.kernel_size, m.padding]",
      async () => {
        await using layer = await conv();
        return [await layer.weight_mu, await layer.kernel_size, await layer.padding];
      },
    ],
    "torchbnn.BayesConv2d.call": ["conv()(wave(1, 3, 5, 5))", async () => (await conv()).call(wave(1, 3, 5, 5))],
    "torchbnn.BayesConv2d.conv2d_forward": [
      "conv().conv2d_forward(wave(1, 3, 5, 5), wave(2, 3, 3, 3))",
      async () => (await conv()).conv2d_forward(wave(1, 3, 5, 5), wave(2, 3, 3, 3)),
    ],
    "torchbnn.BayesConv2d.extra_repr": ["conv().extra_repr()", async () => (await conv()).extra_repr()],
    "torchbnn.BayesConv2d.freeze": [
      "m = conv(); m.freeze(); m.weight_eps",
      async () => {
        await using layer = await conv();
        await layer.freeze();
        return layer.weight_eps;
      },
    ],
    "torchbnn.BayesBatchNorm2d.call": ["norm()(wave(2, 3, 4, 4))", async () => (await norm()).call(wave(2, 3, 4, 4))],
    "torchbnn.BayesBatchNorm2d.extra_repr": ["norm().extra_repr()", async () => (await norm()).extra_repr()],
    "torchbnn.BayesBatchNorm2d.reset_running_stats": [
      "m = norm(); m(wave(2, 3, 4, 4)); m.reset_running_stats(); m.running_mean",
      async () => {
        await using layer = await norm();
        await layer.call(wave(2, 3, 4, 4));
        await layer.reset_running_stats();
        return layer.$.get("running_mean");
      },
    ],
    "torchbnn.BKLLoss.call": [
      "bnn.BKLLoss()(network())",
      async () => {
        const net = await network();
        return (await bnn.BKLLoss.create()).call(net);
      },
    ],
    "torchbnn.BKLLoss.create": [
      "bnn.BKLLoss(reduction='sum', last_layer_only=True)(network())",
      async () => {
        const net = await network();
        return (await bnn.BKLLoss.create({ reduction: "sum", last_layer_only: true })).call(net);
      },
    ],
    "torchbnn.functional.bayesian_kl_loss": [
      "functional.bayesian_kl_loss(network(), reduction='sum')",
      async () => functional.bayesian_kl_loss(await network(), { reduction: "sum" }),
    ],
    "torchbnn.utils.freeze": [
      "n = network(); utils.freeze(n); [n(wave(2, 3)), n(wave(2, 3))]",
      async () => {
        const net = await network();
        await utils.freeze(net);
        return [await net.call(wave(2, 3)), await net.call(wave(2, 3))];
      },
    ],
    "torchbnn.utils.unfreeze": [
      "n = network(); utils.freeze(n); utils.unfreeze(n); [n(wave(2, 3)), n(wave(2, 3))]",
      async () => {
        const net = await network();
        await utils.freeze(net);
        await utils.unfreeze(net);
        return [await net.call(wave(2, 3)), await net.call(wave(2, 3))];
      },
    ],
  },
);
