import { keywords, type PythonObject, type Tensor, tuple } from "adversarial-sampling";
import client from "./blitz-bayesian-deep-learning.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client);
const { "blitz.modules": modules, "blitz.losses": losses, "blitz.utils": utils, ...others } = trial.py;
const linear = (options = {}) => modules.BayesianLinear.create(3, 2, options);
const lstm = (options = {}) => modules.BayesianLSTM.create(3, 2, options);
const gru = () => modules.BayesianGRU.create(3, 2);
const sampler = () => modules.TrainableRandomDistribution.create(wave(2, 3), wave(2, 3));
/** What `variational_estimator` makes of a class of torch's, with a Bayesian layer in it. */
async function estimator() {
  const types = await trial.backend.import("types");
  const plain = await trial.nn.get<PythonObject>("Sequential");
  const own = await types.method<PythonObject>("new_class", "Net", tuple(plain));
  const decorated = (await utils.variational_estimator(own)) as PythonObject;
  return decorated.call<PythonObject>(await linear());
}
const sequence = wave(2, 4, 3);

await trial.tell(
  `
from blitz.modules import *
from blitz.modules.weight_sampler import TrainableRandomDistribution, PriorWeightDistribution
from blitz import losses, utils
from blitz.utils.minibatch_weighting import minibatch_weight
from blitz.utils import layer_wrappers
def linear(**options): return BayesianLinear(3, 2, **options)
def lstm(**options): return BayesianLSTM(3, 2, **options)
def gru(): return BayesianGRU(3, 2)
def sampler(): return TrainableRandomDistribution(wave(2, 3), wave(2, 3))
def estimator(): return utils.variational_estimator(type("Net", (nn.Sequential,), {}))(linear())
sequence = wave(2, 4, 3)
`,
  {
    "blitz.modules.BayesianLinear.create": [
      "m = linear(prior_sigma_1=0.3, freeze=True); [m.weight_mu, m.freeze, m.prior_sigma_1]",
      async () => {
        await using layer = await linear({ prior_sigma_1: 0.3, freeze: true });
        return [await layer.weight_mu, await layer.freeze, await layer.prior_sigma_1];
      },
    ],
    "blitz.modules.BayesianLinear.call": ["linear()(wave(4, 3))", async () => (await linear()).call(wave(4, 3))],
    "blitz.modules.BayesianLinear.forward_frozen": [
      "linear(bias=False).forward_frozen(wave(4, 3))",
      async () => (await linear({ bias: false })).forward_frozen(wave(4, 3)),
    ],
    "blitz.modules.BayesianLinear.log_prior": [
      "m = linear(); m(wave(4, 3)); [m.log_prior, m.log_variational_posterior]",
      async () => {
        await using layer = await linear();
        await layer.call(wave(4, 3));
        return [await layer.log_prior, await layer.log_variational_posterior];
      },
    ],
    "blitz.modules.BayesianLinear.create with a prior": [
      "m = linear(prior_dist=torch.distributions.Normal(0.0, 2.0)); m(wave(4, 3)); m.log_prior",
      async () => {
        const distributions = await trial.backend.import("torch.distributions");
        await using layer = await linear({ prior_dist: await distributions.method("Normal", 0, 2) });
        await layer.call(wave(4, 3));
        return layer.log_prior;
      },
    ],
    "blitz.modules.BayesianConv1d.call": [
      "BayesianConv1d(3, 2, 3)(wave(1, 3, 6))",
      async () => (await modules.BayesianConv1d.create(3, 2, 3)).call(wave(1, 3, 6)),
    ],
    "blitz.modules.BayesianConv2d.call": [
      "BayesianConv2d(3, 2, (3, 3), padding=1)(wave(1, 3, 5, 5))",
      async () => (await modules.BayesianConv2d.create(3, 2, [3, 3] as const, { padding: 1 })).call(wave(1, 3, 5, 5)),
    ],
    "blitz.modules.BayesianConv3d.call": [
      "BayesianConv3d(3, 2, (3, 3, 3))(wave(1, 3, 4, 4, 4))",
      async () => (await modules.BayesianConv3d.create(3, 2, [3, 3, 3] as const)).call(wave(1, 3, 4, 4, 4)),
    ],
    "blitz.modules.BayesianEmbedding.call": [
      "BayesianEmbedding(5, 3)(whole(5, 2, 2))",
      async () => (await modules.BayesianEmbedding.create(5, 3)).call(whole(5, 2, 2)),
    ],
    "blitz.modules.BayesianLSTM.call": ["lstm()(sequence)", async () => (await lstm()).call(sequence)],
    "blitz.modules.BayesianLSTM.call with states": [
      "lstm(peephole=True)(sequence, hidden_states=(wave(2, 2), wave(2, 2)))",
      async () => (await lstm({ peephole: true })).call(sequence, { hidden_states: [wave(2, 2), wave(2, 2)] }),
    ],
    "blitz.modules.BayesianLSTM.sample_weights": [
      "lstm().sample_weights()",
      async () => (await lstm()).sample_weights(),
    ],
    "blitz.modules.BayesianLSTM.get_frozen_weights": [
      "lstm(bias=False).get_frozen_weights()",
      async () => (await lstm({ bias: false })).get_frozen_weights(),
    ],
    "blitz.modules.BayesianLSTM.forward_frozen": [
      "lstm().forward_frozen(sequence, None)",
      async () => (await lstm()).forward_frozen(sequence, null),
    ],
    "blitz.modules.BayesianLSTM.forward_": [
      "lstm().forward_(sequence, None, None)",
      async () => (await lstm()).forward_(sequence, null, null),
    ],
    "blitz.modules.BayesianGRU.call": ["gru()(sequence)", async () => (await gru()).call(sequence)],
    "blitz.modules.TrainableRandomDistribution.sample": ["sampler().sample()", async () => (await sampler()).sample()],
    "blitz.modules.TrainableRandomDistribution.log_posterior": [
      "s = sampler(); s.sample(); [s.log_posterior(), s.log_posterior(w=wave(2, 3))]",
      async () => {
        await using made = await sampler();
        await made.sample();
        return [await made.log_posterior(), await made.log_posterior({ w: wave(2, 3) })];
      },
    ],
    "blitz.modules.PriorWeightDistribution.log_prior": [
      "PriorWeightDistribution(pi=0.5).log_prior(wave(2, 3))",
      async () => (await modules.PriorWeightDistribution.create({ pi: 0.5 })).log_prior(wave(2, 3)),
    ],
    "blitz.losses.kl_divergence_from_nn": [
      "m = linear(); m(wave(4, 3)); losses.kl_divergence_from_nn(m)",
      async () => {
        await using layer = await linear();
        await layer.call(wave(4, 3));
        return losses.kl_divergence_from_nn(layer);
      },
    ],
    "blitz.utils.minibatch_weighting.minibatch_weight": [
      "minibatch_weight(1, 4)",
      () => others["blitz.utils.minibatch_weighting"].minibatch_weight(1, 4),
    ],
    "blitz.utils.variational_estimator": [
      "e = estimator(); e.sample_elbo(wave(4, 3), whole(2, 4), nn.CrossEntropyLoss(), 2, complexity_cost_weight=0.1)",
      async () => {
        const criterion = await trial.nn.method("CrossEntropyLoss");
        const net = await estimator();
        return net.method(
          "sample_elbo",
          wave(4, 3),
          whole(2, 4),
          criterion,
          2,
          keywords({ complexity_cost_weight: 0.1 }),
        );
      },
    ],
    "blitz.utils.variational_estimator, with a loss of the caller's": [
      "e = estimator(); e.sample_elbo_detailed_loss(wave(4, 3), whole(2, 4), lambda x, y: x.shape[0] / 2, 2)",
      async () => {
        const net = await estimator();
        const criterion = (x: Tensor) => (x.shape[0] ?? 0) / 2;
        return net.method("sample_elbo_detailed_loss", wave(4, 3), whole(2, 4), criterion, 2);
      },
    ],
    "blitz.utils.Flipout": [
      "utils.Flipout(BayesianLinear)(3, 2)(wave(4, 3))",
      async () => {
        const flipout = (await utils.Flipout(modules.BayesianLinear)) as PythonObject;
        return (await flipout.call<PythonObject>(3, 2)).call(wave(4, 3));
      },
    ],
    "blitz.utils.Flipout of an LSTM": [
      "y, states = utils.Flipout(BayesianLSTM)(3, 2)(sequence); [y, list(states)]",
      async () => {
        const flipout = (await utils.Flipout(modules.BayesianLSTM)) as PythonObject;
        const made = await flipout.call<PythonObject>(3, 2);
        const [y, states] = await made.call<[Tensor, AsyncIterable<Tensor>]>(sequence);
        const listed: Tensor[] = [];
        for await (const state of states) listed.push(state);
        return [y, listed];
      },
    ],
    "blitz.utils.layer_wrappers.copy_func": [
      "layer_wrappers.copy_func(minibatch_weight, name='again')(0, 2)",
      async () => {
        const { "blitz.utils.minibatch_weighting": weighting, "blitz.utils.layer_wrappers": wrappers } = others;
        const copy = (await wrappers.copy_func(weighting.minibatch_weight, { name: "again" })) as PythonObject;
        return copy.call(0, 2);
      },
    ],
  },
);
