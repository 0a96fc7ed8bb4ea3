import { keywords, type PythonObject } from "adversarial-sampling";
import client from "./pytorch_resnet_cifar10.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client, { cuda: "served", argv: ["--half"] });
const { resnet, trainer } = trial.py;
const batches = [[wave(4, 3, 32, 32), whole(10, 4)]];

await trial.tell(
  `
import resnet, trainer
torch.Tensor.cuda = nn.Module.cuda = lambda self, *_: self
batches = [[wave(4, 3, 32, 32), whole(10, 4)]]
trainer.args = trainer.parser.parse_args([])
`,
  {
    "resnet.resnet20": [
      "resnet.resnet20()(wave(2, 3, 32, 32))",
      async () => ((await resnet.resnet20()) as PythonObject).call(wave(2, 3, 32, 32)),
    ],
    "resnet.resnet110": [
      "len(list(resnet.resnet110().parameters()))",
      async () => {
        const builtins = await trial.backend.import("builtins");
        const net = (await resnet.resnet110()) as PythonObject;
        const list = await builtins.with({ keep: true }).method<PythonObject>("list", await net.method("parameters"));
        return list.length();
      },
    ],
    "resnet.ResNet.call": [
      "resnet.ResNet(resnet.BasicBlock, [1, 1, 1], num_classes=4)(wave(2, 3, 32, 32))",
      async () => {
        const block = await resnet.$.get("BasicBlock"); // left out by __all__
        return (await resnet.ResNet.create(block, [1, 1, 1], { num_classes: 4 })).call(wave(2, 3, 32, 32));
      },
    ],
    "trainer.accuracy": ["trainer.accuracy(wave(6, 5), whole(5, 6))", () => trainer.accuracy(wave(6, 5), whole(5, 6))],
    "trainer.AverageMeter.update": [
      "m = trainer.AverageMeter(); m.update(3, n=2); m.avg",
      async () => {
        await using meter = await trainer.AverageMeter.create();
        await meter.update(3, { n: 2 });
        return meter.avg;
      },
    ],
    "trainer.save_checkpoint": [
      "import tempfile; f = tempfile.mktemp(); trainer.save_checkpoint({'a': wave(2)}, True, filename=f); torch.load(f)",
      async () => {
        const filename = `/tmp/${process.pid}.th`;
        await trainer.save_checkpoint({ a: wave(2) }, true, { filename });
        return trial.torch.method("load", filename);
      },
    ],
    "trainer.train": [
      "net = resnet.resnet20(); trainer.train(batches, net, nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.1), 0); net.linear.bias",
      async () => {
        await trainer.$.set("args", await (await trainer.$.get<PythonObject>("parser")).method("parse_args", []));
        const net = (await resnet.resnet20()) as PythonObject;
        const optim = await trial.backend.import("torch.optim");
        const optimizer = await optim.method("SGD", await net.method("parameters"), keywords({ lr: 0.1 }));
        await trainer.train(batches, net, await trial.nn.method("CrossEntropyLoss"), optimizer, 0);
        return (await net.get<PythonObject>("linear")).get("bias");
      },
    ],
    "trainer.validate": [
      "trainer.validate(batches, resnet.resnet20(), nn.CrossEntropyLoss())",
      async () => trainer.validate(batches, await resnet.resnet20(), await trial.nn.method("CrossEntropyLoss")),
    ],
  },
);
