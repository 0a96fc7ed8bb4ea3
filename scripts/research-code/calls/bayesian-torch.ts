import { array, type PythonObject, type Tensor, tensor } from "adversarial-sampling";
import client from "./bayesian-torch.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client);
const { "bayesian_torch.layers": layers, "bayesian_torch.utils.util": util, ...others } = trial.py;
const { "bayesian_torch.models.dnn_to_bnn": convert, "bayesian_torch.utils.avuc_loss": avuc } = others;
const prior = { prior_mu: 0, prior_sigma: 1, posterior_mu_init: 0, posterior_rho_init: -3 };
const settings = { ...prior, type: "Reparameterization", moped_enable: false, moped_delta: 0.5 };
const plain = () => trial.nn.with({ keep: true }).method<PythonObject>("Linear", 3, 2);
const network = async () => trial.nn.method<PythonObject>("Sequential", await plain(), await trial.nn.method("ReLU"));
const converted = async () => {
  const net = await network();
  await convert.dnn_to_bnn(net, settings);
  return net;
};
const linear = () => layers.LinearReparameterization.create(3, 2);
const softmax = (...shape: number[]) =>
  tensor(
    (wave(...shape).data as Float32Array).map((x) => (x + 1.5) / 4),
    shape,
  );
/** Predictions of three samples for two images, as numpy has them. */
const predictions = () => array(tensor(Float64Array.from(softmax(3, 2, 4).data, Number), [3, 2, 4]));

await trial.tell(
  `
from bayesian_torch import layers
from bayesian_torch.utils import util, avuc_loss as avuc
from bayesian_torch.models import dnn_to_bnn as convert
from bayesian_torch.models.deterministic import resnet, simple_cnn
settings = dict(prior_mu=0, prior_sigma=1, posterior_mu_init=0, posterior_rho_init=-3, type="Reparameterization", moped_enable=False, moped_delta=0.5)
def plain(): return nn.Linear(3, 2)
def network(): return nn.Sequential(plain(), nn.ReLU())
def converted():
    net = network()
    convert.dnn_to_bnn(net, settings)
    return net
def linear(): return layers.LinearReparameterization(3, 2)
def softmax(*shape): return (wave(*shape) + 1.5) / 4
def predictions(): return softmax(3, 2, 4).double().numpy()
`,
  {
    "bayesian_torch.utils.util.entropy": ["util.entropy(predictions())", () => util.entropy(predictions())],
    "bayesian_torch.utils.util.predictive_entropy": [
      "util.predictive_entropy(predictions())",
      () => util.predictive_entropy(predictions()),
    ],
    "bayesian_torch.utils.util.mutual_information": [
      "util.mutual_information(predictions())",
      () => util.mutual_information(predictions()),
    ],
    "bayesian_torch.utils.util.get_rho": ["util.get_rho(wave(2, 3), 0.2)", () => util.get_rho(wave(2, 3), 0.2)],
    "bayesian_torch.layers.get_kernel_size": [
      "[layers.get_kernel_size(3, 2), layers.get_kernel_size([3, 5], 2)]",
      async () => [await layers.get_kernel_size(3, 2), await layers.get_kernel_size([3, 5], 2)],
    ],
    "bayesian_torch.layers.LinearReparameterization.create": [
      "m = linear(); [m.mu_weight, m.rho_bias]",
      async () => {
        await using layer = await linear();
        return [await layer.mu_weight, await layer.rho_bias];
      },
    ],
    "bayesian_torch.layers.LinearReparameterization.call": [
      "linear()(wave(4, 3))",
      async () => (await linear()).call(wave(4, 3)),
    ],
    "bayesian_torch.layers.LinearReparameterization.call without KL": [
      "linear()(wave(4, 3), return_kl=False)",
      async () => (await linear()).call(wave(4, 3), { return_kl: false }),
    ],
    "bayesian_torch.layers.LinearReparameterization.kl_loss": [
      "linear().kl_loss()",
      async () => (await linear()).kl_loss(),
    ],
    "bayesian_torch.layers.LinearReparameterization.kl_div": [
      "linear().kl_div(wave(3), wave(3) ** 2, torch.zeros(3), torch.ones(3))",
      async () => {
        const squares = tensor((wave(3).data as Float32Array).map((x) => x * x));
        const [zeros, ones] = [tensor(new Float32Array(3)), tensor(Float32Array.of(1, 1, 1))];
        return (await linear()).kl_div(wave(3), squares, zeros, ones);
      },
    ],
    "bayesian_torch.layers.LinearReparameterization.dnn_to_bnn_flag": [
      "m = linear(); m.dnn_to_bnn_flag = True; m.dnn_to_bnn_flag",
      async () => {
        await using layer = await linear();
        await layer.$.set("dnn_to_bnn_flag", true);
        return layer.dnn_to_bnn_flag;
      },
    ],
    "bayesian_torch.layers.LinearFlipout.call": [
      "layers.LinearFlipout(3, 2)(wave(4, 3))",
      async () => (await layers.LinearFlipout.create(3, 2)).call(wave(4, 3)),
    ],
    "bayesian_torch.layers.Conv2dReparameterization.call": [
      "layers.Conv2dReparameterization(3, 2, 3, padding=1)(wave(1, 3, 5, 5))",
      async () => (await layers.Conv2dReparameterization.create(3, 2, 3, { padding: 1 })).call(wave(1, 3, 5, 5)),
    ],
    "bayesian_torch.layers.Conv1dFlipout.call": [
      "layers.Conv1dFlipout(3, 2, 3, bias=False)(wave(1, 3, 6))",
      async () => (await layers.Conv1dFlipout.create(3, 2, 3, { bias: false })).call(wave(1, 3, 6)),
    ],
    "bayesian_torch.layers.ConvTranspose2dReparameterization.call": [
      "layers.ConvTranspose2dReparameterization(3, 2, 3)(wave(1, 3, 4, 4))",
      async () => (await layers.ConvTranspose2dReparameterization.create(3, 2, 3)).call(wave(1, 3, 4, 4)),
    ],
    "bayesian_torch.layers.LSTMReparameterization.call": [
      "layers.LSTMReparameterization(3, 2)(wave(2, 4, 3))",
      async () => (await layers.LSTMReparameterization.create(3, 2)).call(wave(2, 4, 3)),
    ],
    "bayesian_torch.layers.BatchNorm2dLayer.call": [
      "layers.BatchNorm2dLayer(3)((wave(2, 3, 4, 4), 0.5))",
      async () => (await layers.BatchNorm2dLayer.create(3)).call([wave(2, 3, 4, 4), 0.5]),
    ],
    "bayesian_torch.models.dnn_to_bnn.dnn_to_bnn": [
      "converted()[0](wave(4, 3))",
      async () => (await (await converted()).item<PythonObject>(0)).call(wave(4, 3)),
    ],
    "bayesian_torch.models.dnn_to_bnn.get_kl_loss": [
      "convert.get_kl_loss(converted())",
      async () => convert.get_kl_loss(await converted()),
    ],
    "bayesian_torch.models.dnn_to_bnn.bnn_linear_layer": [
      "convert.bnn_linear_layer({**settings, 'moped_enable': True}, plain()).rho_weight",
      async () => {
        const made = (await convert.bnn_linear_layer(
          { ...settings, moped_enable: true },
          await plain(),
        )) as PythonObject;
        return made.get("rho_weight");
      },
    ],
    "bayesian_torch.models.dnn_to_bnn.bnn_conv_layer": [
      "convert.bnn_conv_layer(settings, nn.Conv2d(3, 2, 3))(wave(1, 3, 5, 5))",
      async () => {
        const conv = await trial.nn.method("Conv2d", 3, 2, 3);
        return ((await convert.bnn_conv_layer(settings, conv)) as PythonObject).call(wave(1, 3, 5, 5));
      },
    ],
    "bayesian_torch.models.deterministic.resnet.resnet20": [
      "resnet.resnet20().eval()(wave(2, 3, 32, 32))",
      async () => {
        const net = (await others["bayesian_torch.models.deterministic.resnet"].resnet20()) as PythonObject;
        await net.method("eval");
        return net.call(wave(2, 3, 32, 32));
      },
    ],
    "bayesian_torch.models.deterministic.simple_cnn.SCNN.call": [
      "simple_cnn.SCNN().eval()(wave(1, 1, 28, 28))",
      async () => {
        const net = await others["bayesian_torch.models.deterministic.simple_cnn"].SCNN.create();
        await net.$.method("eval");
        return net.call(wave(1, 1, 28, 28));
      },
    ],
    "bayesian_torch.utils.avuc_loss.eval_avu": [
      "avuc.eval_avu([0, 1, 1], [0, 1, 0], np.array([0.1, 0.5, 0.9]))",
      () => avuc.eval_avu([0, 1, 1], [0, 1, 0], array(tensor(Float64Array.of(0.1, 0.5, 0.9)))),
    ],
    "bayesian_torch.utils.avuc_loss.accuracy_vs_uncertainty": [
      "avuc.accuracy_vs_uncertainty([0, 1, 1], [0, 1, 0], [0.1, 0.5, 0.9], 0.4)",
      () => avuc.accuracy_vs_uncertainty([0, 1, 1], [0, 1, 0], [0.1, 0.5, 0.9], 0.4),
    ],
    "bayesian_torch.utils.avuc_loss.AvULoss.call": [
      "avuc.AvULoss(beta=2)(wave(4, 3), whole(3, 4), 0.9, type=0)",
      async () => (await avuc.AvULoss.create({ beta: 2 })).call(wave(4, 3), whole(3, 4), 0.9, { type: 0 }),
    ],
    "bayesian_torch.utils.avuc_loss.AvULoss.predictive_uncertainty": [
      "avuc.AvULoss().predictive_uncertainty(softmax(3, 2, 4))",
      async () => (await avuc.AvULoss.create()).predictive_uncertainty(softmax(3, 2, 4) as Tensor),
    ],
  },
);
