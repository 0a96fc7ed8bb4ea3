import { type PythonObject, tuple } from "adversarial-sampling";
import client from "./minGPT.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client);
const { "mingpt.model": model, "mingpt.bpe": bpe, "mingpt.utils": utils, ...others } = trial.py;
const { "mingpt.trainer": trainer, "projects.adder.adder": adder, "projects.chargpt.chargpt": chargpt } = others;
const sizes = { n_layer: 1, n_head: 2, n_embd: 8, vocab_size: 10, block_size: 6 };
const pdrops = { embd_pdrop: 0, resid_pdrop: 0, attn_pdrop: 0 };
async function gpt() {
  const config = (await model.GPT.get_default_config()) as PythonObject;
  await config.set("model_type", null);
  await config.method("merge_from_dict", { ...sizes, ...pdrops });
  return model.GPT.create(config);
}
const parts = () => utils.CfgNode.create({ ...sizes, ...pdrops });
async function training() {
  const data = await adder.AdditionDataset.create(await adder.AdditionDataset.get_default_config(), "train");
  const config = (await trainer.Trainer.get_default_config()) as PythonObject;
  await config.method("merge_from_dict", { max_iters: 2, num_workers: 0, batch_size: 4 });
  return trainer.Trainer.create(config, await gpt(), data);
}

await trial.tell(
  `
from mingpt import bpe, model, trainer, utils
from projects.adder import adder
from projects.chargpt import chargpt
sizes = dict(n_layer=1, n_head=2, n_embd=8, vocab_size=10, block_size=6, embd_pdrop=0, resid_pdrop=0, attn_pdrop=0)
def gpt():
    config = model.GPT.get_default_config()
    config.model_type = None
    config.merge_from_dict(sizes)
    return model.GPT(config)
def parts(): return utils.CfgNode(**sizes)
def training():
    data = adder.AdditionDataset(adder.AdditionDataset.get_default_config(), "train")
    config = trainer.Trainer.get_default_config()
    config.merge_from_dict(dict(max_iters=2, num_workers=0, batch_size=4))
    return trainer.Trainer(config, gpt(), data)
`,
  {
    "mingpt.model.GPT.create": ["gpt().block_size", async () => (await gpt()).block_size],
    "mingpt.model.GPT.call": ["gpt()(whole(10, 2, 6))", async () => (await gpt()).call(whole(10, 2, 6))],
    "mingpt.model.GPT.call with targets": [
      "gpt()(whole(10, 2, 6), targets=whole(10, 2, 6))",
      async () => (await gpt()).call(whole(10, 2, 6), { targets: whole(10, 2, 6) }),
    ],
    "mingpt.model.GPT.generate": [
      "gpt().generate(whole(10, 1, 3), 4, do_sample=True, top_k=3)",
      async () => (await gpt()).generate(whole(10, 1, 3), 4, { do_sample: true, top_k: 3 }),
    ],
    "mingpt.model.GPT.configure_optimizers": [
      "gpt().configure_optimizers(trainer.Trainer.get_default_config()).defaults['lr']",
      async () => {
        const config = await trainer.Trainer.get_default_config();
        const optimizer = (await (await gpt()).configure_optimizers(config)) as PythonObject;
        return (await optimizer.get<Record<string, unknown>>("defaults")).lr;
      },
    ],
    "mingpt.model.GPT.get_default_config": [
      "model.GPT.get_default_config().to_dict()",
      async () => ((await model.GPT.get_default_config()) as PythonObject).method("to_dict"),
    ],
    "mingpt.model.NewGELU.call": ["model.NewGELU()(wave(3))", async () => (await model.NewGELU.create()).call(wave(3))],
    "mingpt.model.Block.call": [
      "model.Block(parts())(wave(1, 5, 8))",
      async () => (await model.Block.create(await parts())).call(wave(1, 5, 8)),
    ],
    "mingpt.model.CausalSelfAttention.call": [
      "model.CausalSelfAttention(parts())(wave(1, 5, 8))",
      async () => (await model.CausalSelfAttention.create(await parts())).call(wave(1, 5, 8)),
    ],
    "mingpt.bpe.bytes_to_unicode": ["bpe.bytes_to_unicode()", () => bpe.bytes_to_unicode()],
    "mingpt.bpe.get_pairs": [
      "sorted(bpe.get_pairs(('l', 'o', 'w')))",
      async () => [...((await bpe.get_pairs(["l", "o", "w"])) as Set<string[]>)].sort(),
    ],
    "mingpt.bpe.Encoder.encode": [
      "bpe.Encoder({'l': 0, 'ow': 1, 'Ġ': 2, 'e': 3, 'r': 4}, [('o', 'w')]).encode('low er')",
      async () => (await bpe.Encoder.create({ l: 0, ow: 1, Ġ: 2, e: 3, r: 4 }, [tuple("o", "w")])).encode("low er"),
    ],
    "mingpt.bpe.Encoder.bpe": [
      "bpe.Encoder({'l': 0}, [('l', 'o'), ('lo', 'w')]).bpe('lower')",
      async () => (await bpe.Encoder.create({ l: 0 }, [tuple("l", "o"), tuple("lo", "w")])).bpe("lower"),
    ],
    "mingpt.bpe.Encoder.decode": [
      "bpe.Encoder({'l': 0, 'ow': 1}, [('o', 'w')]).decode([0, 1, 1])",
      async () => (await bpe.Encoder.create({ l: 0, ow: 1 }, [tuple("o", "w")])).decode([0, 1, 1]),
    ],
    "mingpt.bpe.Encoder.encode_and_show_work": [
      "bpe.Encoder({'l': 0, 'ow': 1}, [('o', 'w')]).encode_and_show_work('low')",
      async () => (await bpe.Encoder.create({ l: 0, ow: 1 }, [tuple("o", "w")])).encode_and_show_work("low"),
    ],
    "mingpt.utils.CfgNode.merge_from_dict": [
      "c = utils.CfgNode(a=1); c.merge_from_dict({'b': [2.5, None]}); c.to_dict()",
      async () => {
        await using config = await utils.CfgNode.create({ a: 1 });
        await config.merge_from_dict({ b: [2.5, null] });
        return config.to_dict();
      },
    ],
    "mingpt.utils.CfgNode.merge_from_args": [
      "c = utils.CfgNode(a=1, b=utils.CfgNode(c=2)); c.merge_from_args(['--a=x', '--b.c=3']); c.to_dict()",
      async () => {
        await using config = await utils.CfgNode.create({ a: 1, b: await utils.CfgNode.create({ c: 2 }) });
        await config.merge_from_args(["--a=x", "--b.c=3"]);
        return config.to_dict();
      },
    ],
    "mingpt.utils.set_seed": [
      "utils.set_seed(3); torch.rand(2)",
      async () => {
        await utils.set_seed(3);
        return trial.torch.method("rand", 2);
      },
    ],
    "mingpt.utils.setup_logging": [
      "import tempfile, os; d = tempfile.mkdtemp(); utils.setup_logging(utils.CfgNode(system=utils.CfgNode(work_dir=d))); sorted(os.listdir(d))",
      async () => {
        const [tempfile, os] = [await trial.backend.import("tempfile"), await trial.backend.import("os")];
        const work_dir = await tempfile.method<string>("mkdtemp");
        await utils.setup_logging(await utils.CfgNode.create({ system: await utils.CfgNode.create({ work_dir }) }));
        return (await os.method<string[]>("listdir", work_dir)).sort();
      },
    ],
    "mingpt.trainer.Trainer.run": [
      "t = training(); t.run(); [t.iter_num, t.loss]",
      async () => {
        await using made = await training();
        await made.run();
        return [await made.iter_num, await made.$.get("loss")];
      },
    ],
    "mingpt.trainer.Trainer.add_callback": [
      "t = training(); seen = []; t.add_callback('on_batch_end', lambda t: seen.append(t.iter_num)); t.run(); seen",
      async () => {
        await using made = await training();
        const seen: unknown[] = [];
        await made.add_callback("on_batch_end", async (of: PythonObject) => void seen.push(await of.get("iter_num")));
        await made.run();
        return seen;
      },
    ],
    "mingpt.trainer.Trainer.set_callback": [
      "t = training(); seen = []; t.set_callback('x', lambda t: seen.append(1)); t.trigger_callbacks('x'); seen",
      async () => {
        await using made = await training();
        const seen: unknown[] = [];
        await made.set_callback("x", () => void seen.push(1));
        await made.trigger_callbacks("x");
        return seen;
      },
    ],
    "projects.adder.adder.AdditionDataset.get_block_size": [
      "d = adder.AdditionDataset(adder.AdditionDataset.get_default_config(), 'test'); [d.get_block_size(), d.get_vocab_size(), len(d), d[3]]",
      async () => {
        const data = await adder.AdditionDataset.create(await adder.AdditionDataset.get_default_config(), "test");
        return [await data.get_block_size(), await data.get_vocab_size(), await data.$.length(), await data.$.item(3)];
      },
    ],
    "projects.adder.adder.get_config": [
      "adder.get_config().to_dict()",
      async () => ((await adder.get_config()) as PythonObject).method("to_dict"),
    ],
    "projects.chargpt.chargpt.CharDataset.create": [
      "d = chargpt.CharDataset(utils.CfgNode(block_size=4), 'hello world'); [d.stoi, d.get_vocab_size(), d[0]]",
      async () => {
        const data = await chargpt.CharDataset.create(await utils.CfgNode.create({ block_size: 4 }), "hello world");
        return [await data.stoi, await data.get_vocab_size(), await data.$.item(0)];
      },
    ],
  },
);
