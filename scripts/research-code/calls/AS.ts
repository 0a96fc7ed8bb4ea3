import { keywords, type PythonObject, type Tensor } from "adversarial-sampling";
import client from "./AS.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client, { cuda: "served" });
const { utils, model, "models.resnet": resnet, "models.resnet_vi": vi, ...others } = trial.py;
const { RandLinear } = others["models.layers.linear"];
const { RandConv2d } = others["models.layers.conv2d"];
const { RandBatchNorm2d } = others["models.layers.batchnorm2d"];
const { Noise } = others["models.layers.feat_noise"];
const linear = () => RandLinear.create(0.15, 100, -2, 4, 3);
const batches = [[wave(4, 3, 32, 32), whole(10, 4)]];
const sgd = async (of: PythonObject) => {
  const optim = await trial.backend.import("torch.optim");
  return optim.method<PythonObject>("SGD", await of.method("parameters"), keywords({ lr: 0.1 }));
};

await trial.tell(
  `
import utils, model
from models import resnet, resnet_vi, vgg, vgg_vi
from models.layers.linear import RandLinear
from models.layers.conv2d import RandConv2d
from models.layers.batchnorm2d import RandBatchNorm2d
from models.layers.feat_noise import Noise
torch.Tensor.cuda = nn.Module.cuda = lambda self, *_: self
def linear(): return RandLinear(0.15, 100, -2, 4, 3)
batches = [[wave(4, 3, 32, 32), whole(10, 4)]]
`,
  {
    "utils.accuracy": [
      "utils.accuracy(wave(6, 5), whole(5, 6), topk=(1,))",
      () => utils.accuracy(wave(6, 5), whole(5, 6), { topk: [1] }),
    ],
    "utils.accuracy by default": [
      "utils.accuracy(wave(6, 5), whole(5, 6))",
      () => utils.accuracy(wave(6, 5), whole(5, 6)),
    ],
    "utils.cprint": ["utils.cprint('*r', 'told', end='')", () => utils.cprint("*r", "told", { end: "" })],
    "utils.get_beta": ["utils.get_beta(3, 50)", () => utils.get_beta(3, 50)],
    "utils.elbo": [
      "utils.elbo(wave(4, 3), whole(3, 4), 2.5, 0.1)",
      () => utils.elbo(wave(4, 3), whole(3, 4), 2.5, 0.1),
    ],
    "utils.set_seed": [
      "utils.set_seed(7); torch.rand(3)",
      async () => {
        await utils.set_seed(7);
        return trial.torch.method("rand", 3);
      },
    ],
    "utils.data2img": [
      "from PIL import Image; import tempfile; f = tempfile.mktemp('.png'); utils.data2img(np.ones((3, 2, 2)) * 0.5, f); np.array(Image.open(f))",
      async () => {
        const numpy = await trial.backend.import("numpy");
        const file = `/tmp/${process.pid}.png`;
        await using image = await numpy.with({ keep: true }).method<PythonObject>("full", [3, 2, 2], 0.5);
        await utils.data2img(image, file);
        const images = await trial.backend.import("PIL.Image");
        return numpy.method("array", await images.method("open", file));
      },
    ],
    "utils.AverageMeter.update": [
      "m = utils.AverageMeter(); m.update(3, n=2); m.update(5); [m.val, m.avg, m.sum, m.count]",
      async () => {
        await using meter = await utils.AverageMeter.create();
        await meter.update(3, { n: 2 });
        await meter.update(5);
        return [await meter.val, await meter.avg, await meter.sum, await meter.count];
      },
    ],
    "utils.AverageMeter.reset": [
      "m = utils.AverageMeter(); m.update(3); m.reset(); m.count",
      async () => {
        await using meter = await utils.AverageMeter.create();
        await meter.update(3);
        await meter.reset();
        return meter.count;
      },
    ],
    "models.layers.linear.RandLinear.create": [
      "m = linear(); [m.mu_weight, m.sigma_bias]",
      async () => {
        await using layer = await linear();
        return [await layer.mu_weight, await layer.sigma_bias];
      },
    ],
    "models.layers.linear.RandLinear.call": ["linear()(wave(2, 4))", async () => (await linear()).call(wave(2, 4))],
    "models.layers.linear.RandLinear.call with its means": [
      "linear()(wave(2, 4), sample=False)",
      async () => (await linear()).call(wave(2, 4), { sample: false }),
    ],
    "models.layers.linear.RandLinear.forward": [
      "linear().forward(wave(2, 4), fix=True)",
      async () => (await linear()).forward(wave(2, 4), { fix: true }),
    ],
    "models.layers.linear.RandLinear.forward_": [
      "linear().forward_(wave(2, 4))",
      async () => (await linear()).forward_(wave(2, 4)),
    ],
    "models.layers.linear.RandLinear.reset_parameters": [
      "m = linear(); m.reset_parameters(); m.mu_bias",
      async () => {
        await using layer = await linear();
        await layer.reset_parameters();
        return layer.mu_bias;
      },
    ],
    "models.layers.conv2d.RandConv2d.call": [
      "RandConv2d(0.15, 100, -2, 3, 4, 3, padding=1, bias=False)(wave(1, 3, 5, 5))",
      async () => (await RandConv2d.create(0.15, 100, -2, 3, 4, 3, { padding: 1, bias: false })).call(wave(1, 3, 5, 5)),
    ],
    "models.layers.batchnorm2d.RandBatchNorm2d.call": [
      "RandBatchNorm2d(0.15, 100, -2, 3)(wave(2, 3, 4, 4))",
      async () => (await RandBatchNorm2d.create(0.15, 100, -2, 3)).call(wave(2, 3, 4, 4)),
    ],
    "models.layers.feat_noise.Noise.call": [
      "Noise(0.1).eval()(wave(2, 3))",
      async () => {
        const noise = await Noise.create(0.1);
        await noise.$.method("eval");
        return noise.call(wave(2, 3));
      },
    ],
    "models.resnet.resnet20": [
      "resnet.resnet20(num_classes=7)(wave(2, 3, 32, 32))",
      async () => ((await resnet.resnet20({ num_classes: 7 })) as PythonObject).call(wave(2, 3, 32, 32)),
    ],
    "models.resnet_vi.resnet20_vi": [
      "resnet_vi.resnet20_vi(50)(wave(2, 3, 32, 32))",
      async () => ((await vi.resnet20_vi(50)) as PythonObject).call(wave(2, 3, 32, 32)),
    ],
    "models.vgg.VGG.call": [
      "vgg.VGG(vgg_name='VGG11', nclass=5).eval()(wave(1, 3, 32, 32))",
      async () => {
        await using net = await others["models.vgg"].VGG.create({ vgg_name: "VGG11", nclass: 5 });
        await net.$.method("eval");
        return net.call(wave(1, 3, 32, 32));
      },
    ],
    "model.ResNetWrapper.fit": [
      "w = model.ResNetWrapper(50); w.fit(batches, epoch=0, ratio=0.8)",
      async () => {
        await using wrapper = await model.ResNetWrapper.create(50);
        return wrapper.fit(batches, { epoch: 0, ratio: 0.8 });
      },
    ],
    "model.ResNetWrapper.validate": [
      "model.ResNetWrapper(50).validate(batches)",
      async () => (await model.ResNetWrapper.create(50)).validate(batches),
    ],
    "model.ResNetWrapper.sample_predict": [
      "model.ResNetWrapper(50).sample_predict(batches[0][0], 2)",
      async () => (await model.ResNetWrapper.create(50)).sample_predict(batches[0]?.[0] as Tensor, 2),
    ],
    "model.ResNetWrapper.save": [
      "import tempfile; f = tempfile.mktemp(); w = model.ResNetWrapper(50, vi=False); w.save(f); w.load(f); w.model.linear.bias",
      async () => {
        const file = `/tmp/${process.pid}.pt`;
        await using wrapper = await model.ResNetWrapper.create(50, { vi: false });
        await wrapper.save({ filename: file });
        await wrapper.load(file);
        const last = await ((await wrapper.model) as PythonObject).get<PythonObject>("linear");
        return last.get("bias");
      },
    ],
    "utils.train": [
      "net = resnet.resnet20(); utils.train(batches, net, torch.optim.SGD(net.parameters(), lr=0.1), 0, 50, half=False, vi=False)",
      async () => {
        const net = (await resnet.resnet20()) as PythonObject;
        return utils.train(batches, net, await sgd(net), 0, 50, { half: false, vi: false });
      },
    ],
    "utils.validate": [
      "utils.validate(batches, resnet.resnet20(), nn.CrossEntropyLoss(), half=False, vi=False)",
      async () => {
        const criterion = await trial.nn.method("CrossEntropyLoss");
        return utils.validate(batches, await resnet.resnet20(), criterion, { half: false, vi: false });
      },
    ],
  },
);
