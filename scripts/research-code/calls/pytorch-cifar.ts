import type { PythonObject } from "adversarial-sampling";
import client from "./pytorch-cifar.client.ts";
import { begin, wave } from "./tried.ts";

await using trial = await begin(client);
const { "models.resnet": resnet, "models.efficientnet": efficient, ...others } = trial.py;
const images = wave(2, 3, 32, 32);
/** What a network gives in evaluation mode. */
const evaluated = async (net: PythonObject, x = images) => {
  await net.method("eval");
  return net.call(x);
};

await trial.tell(
  `
from models import densenet, efficientnet, googlenet, lenet, mobilenet, mobilenetv2, preact_resnet, regnet, resnet, senet, shufflenetv2, vgg, dla_simple
images = wave(2, 3, 32, 32)
`,
  {
    "models.resnet.ResNet18": [
      "resnet.ResNet18().eval()(images)",
      async () => evaluated((await resnet.ResNet18()) as PythonObject),
    ],
    "models.resnet.ResNet.create": [
      "resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1], num_classes=4).eval()(images)",
      async () => evaluated((await resnet.ResNet.create(resnet.BasicBlock, [1, 1, 1, 1], { num_classes: 4 })).$),
    ],
    "models.resnet.BasicBlock.call": [
      "resnet.BasicBlock(3, 4, stride=2).eval()(images)",
      async () => evaluated((await resnet.BasicBlock.create(3, 4, { stride: 2 })).$),
    ],
    "models.resnet.Bottleneck.call": [
      "resnet.Bottleneck(3, 4)(images)",
      async () => (await resnet.Bottleneck.create(3, 4)).call(images),
    ],
    "models.lenet.LeNet.call": [
      "lenet.LeNet()(images)",
      async () => (await others["models.lenet"].LeNet.create()).call(images),
    ],
    "models.vgg.VGG.call": [
      "vgg.VGG('VGG11').eval()(images)",
      async () => evaluated((await others["models.vgg"].VGG.create("VGG11")).$),
    ],
    "models.mobilenetv2.MobileNetV2.call": [
      "mobilenetv2.MobileNetV2(num_classes=5).eval()(images)",
      async () => evaluated((await others["models.mobilenetv2"].MobileNetV2.create({ num_classes: 5 })).$),
    ],
    "models.senet.SENet18": [
      "senet.SENet18().eval()(images)",
      async () => evaluated((await others["models.senet"].SENet18()) as PythonObject),
    ],
    "models.shufflenetv2.ShuffleNetV2.create": [
      "shufflenetv2.ShuffleNetV2(net_size=0.5).eval()(images)",
      async () => evaluated((await others["models.shufflenetv2"].ShuffleNetV2.create(0.5)).$),
    ],
    "models.densenet.densenet_cifar": [
      "densenet.densenet_cifar().eval()(images)",
      async () => evaluated((await others["models.densenet"].densenet_cifar()) as PythonObject),
    ],
    "models.regnet.RegNetX_200MF": [
      "regnet.RegNetX_200MF().eval()(images)",
      async () => evaluated((await others["models.regnet"].RegNetX_200MF()) as PythonObject),
    ],
    "models.efficientnet.swish": ["efficientnet.swish(wave(3))", () => efficient.swish(wave(3))],
    "models.efficientnet.drop_connect": [
      "efficientnet.drop_connect(wave(4, 2, 1, 1), 0.5)",
      () => efficient.drop_connect(wave(4, 2, 1, 1), 0.5),
    ],
    "models.efficientnet.SE.call": [
      "efficientnet.SE(3, 2)(images)",
      async () => (await efficient.SE.create(3, 2)).call(images),
    ],
  },
);
