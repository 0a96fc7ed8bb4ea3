import { keywords, type PythonObject, type Tensor, tensor } from "adversarial-sampling";
import client from "./adversarial-attacks-pytorch.client.ts";
import { begin, wave, whole } from "./tried.ts";

await using trial = await begin(client);
const { torchattacks: attacks } = trial.py;
const layer = (name: string, ...values: unknown[]) => trial.nn.method<PythonObject>(name, ...values);
/** A small classifier in evaluation mode. */
async function victim() {
  const [conv, relu] = [await layer("Conv2d", 3, 4, 3), await layer("ReLU")];
  const net = await layer("Sequential", conv, relu, await layer("Flatten"), await layer("Linear", 4 * 6 * 6, 5));
  await net.method("eval");
  return net;
}
const images = tensor(
  (wave(2, 3, 8, 8).data as Float32Array).map((x) => (x + 1) / 2),
  [2, 3, 8, 8],
);
const labels = whole(5, 2);
type Attack = { call(inputs: unknown, labels?: unknown): Promise<unknown> };
const attacked = async (make: (model: PythonObject) => Promise<Attack>) =>
  (await make(await victim())).call(images, labels);
const pgd = async () => attacks.PGD.create(await victim(), { steps: 2 });

await trial.tell(
  `
import torchattacks as attacks
def victim(): return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5)).eval()
images = (wave(2, 3, 8, 8) + 1) / 2
labels = whole(5, 2)
def pgd(): return attacks.PGD(victim(), steps=2)
`,
  {
    "torchattacks.VANILA.call": [
      "attacks.VANILA(victim())(images, labels)",
      () => attacked((model) => attacks.VANILA.create(model)),
    ],
    "torchattacks.GN.call": [
      "attacks.GN(victim(), std=0.2)(images, labels)",
      () => attacked((model) => attacks.GN.create(model, { std: 0.2 })),
    ],
    "torchattacks.FGSM.call": [
      "attacks.FGSM(victim(), eps=8 / 255)(images, labels)",
      () => attacked((model) => attacks.FGSM.create(model, { eps: 8 / 255 })),
    ],
    "torchattacks.BIM.call": [
      "attacks.BIM(victim(), steps=3)(images, labels)",
      () => attacked((model) => attacks.BIM.create(model, { steps: 3 })),
    ],
    "torchattacks.RFGSM.call": [
      "attacks.RFGSM(victim(), steps=2)(images, labels)",
      () => attacked((model) => attacks.RFGSM.create(model, { steps: 2 })),
    ],
    "torchattacks.PGD.call": [
      "attacks.PGD(victim(), eps=0.1, steps=3)(images, labels)",
      () => attacked((model) => attacks.PGD.create(model, { eps: 0.1, steps: 3 })),
    ],
    "torchattacks.PGD.create": [
      "a = attacks.PGD(victim(), eps=0.1, random_start=False); [a.eps, a.random_start, a.supported_mode]",
      async () => {
        await using attack = await attacks.PGD.create(await victim(), { eps: 0.1, random_start: false });
        return [await attack.eps, await attack.random_start, await attack.supported_mode];
      },
    ],
    "torchattacks.PGDL2.call": [
      "attacks.PGDL2(victim(), steps=2)(images, labels)",
      () => attacked((model) => attacks.PGDL2.create(model, { steps: 2 })),
    ],
    "torchattacks.EOTPGD.call": [
      "attacks.EOTPGD(victim(), steps=2, eot_iter=1)(images, labels)",
      () => attacked((model) => attacks.EOTPGD.create(model, { steps: 2, eot_iter: 1 })),
    ],
    "torchattacks.FFGSM.call": [
      "attacks.FFGSM(victim())(images, labels)",
      () => attacked((model) => attacks.FFGSM.create(model)),
    ],
    "torchattacks.TPGD.call": [
      "attacks.TPGD(victim(), steps=2)(images)",
      async () => (await attacks.TPGD.create(await victim(), { steps: 2 })).call(images),
    ],
    "torchattacks.MIFGSM.call": [
      "attacks.MIFGSM(victim(), steps=2, decay=0.5)(images, labels)",
      () => attacked((model) => attacks.MIFGSM.create(model, { steps: 2, decay: 0.5 })),
    ],
    "torchattacks.CW.call": [
      "attacks.CW(victim(), steps=3, lr=0.1)(images, labels)",
      () => attacked((model) => attacks.CW.create(model, { steps: 3, lr: 0.1 })),
    ],
    "torchattacks.DeepFool.call": [
      "attacks.DeepFool(victim(), steps=2)(images, labels)",
      () => attacked((model) => attacks.DeepFool.create(model, { steps: 2 })),
    ],
    "torchattacks.Square.call": [
      "attacks.Square(victim(), n_queries=5)(images, labels)",
      () => attacked((model) => attacks.Square.create(model, { n_queries: 5 })),
    ],
    "torchattacks.APGD.call": [
      "attacks.APGD(victim(), steps=3)(images, labels)",
      () => attacked((model) => attacks.APGD.create(model, { steps: 3 })),
    ],
    "torchattacks.OnePixel.call": [
      "attacks.OnePixel(victim(), steps=1, popsize=2)(images, labels)",
      () => attacked((model) => attacks.OnePixel.create(model, { steps: 1, popsize: 2 })),
    ],
    "torchattacks.MultiAttack.call": [
      "m = victim(); attacks.MultiAttack([attacks.FGSM(m), attacks.BIM(m, steps=2)])(images, labels)",
      async () => {
        const model = await victim();
        const both = [await attacks.FGSM.create(model), await attacks.BIM.create(model, { steps: 2 })];
        return (await attacks.MultiAttack.create(both)).call(images, labels);
      },
    ],
    "torchattacks.PGD.set_mode_targeted_by_function": [
      "a = pgd(); a.set_mode_targeted_by_function(lambda x, y: (y + 1) % 5, quiet=True); a(images, labels)",
      async () => {
        await using attack = await pgd();
        const next = (_: Tensor, of: Tensor) =>
          tensor(
            BigInt64Array.from(of.data as BigInt64Array, (y) => (y + 1n) % 5n),
            of.shape,
          );
        await attack.set_mode_targeted_by_function(next, keywords({ quiet: true }));
        return attack.call(images, labels);
      },
    ],
    "torchattacks.PGD.set_mode_targeted_by_label": [
      "a = pgd(); a.set_mode_targeted_by_label(quiet=True); [a(images, labels), a.get_mode(), a.targeted]",
      async () => {
        await using attack = await pgd();
        await attack.set_mode_targeted_by_label(keywords({ quiet: true }));
        return [await attack.call(images, labels), await attack.get_mode(), await attack.targeted];
      },
    ],
    "torchattacks.PGD.set_mode_targeted_least_likely": [
      "a = pgd(); a.set_mode_targeted_least_likely(quiet=True); a.get_least_likely_label(images, labels)",
      async () => {
        await using attack = await pgd();
        await attack.set_mode_targeted_least_likely(keywords({ quiet: true }));
        return attack.get_least_likely_label(images, { labels });
      },
    ],
    "torchattacks.PGD.set_mode_default": [
      "a = pgd(); a.set_mode_targeted_by_label(quiet=True); a.set_mode_default(); a.get_mode()",
      async () => {
        await using attack = await pgd();
        await attack.set_mode_targeted_by_label(keywords({ quiet: true }));
        await attack.set_mode_default();
        return attack.get_mode();
      },
    ],
    "torchattacks.PGD.set_normalization_used": [
      "a = pgd(); a.set_normalization_used([0.5, 0.4, 0.3], [0.2, 0.2, 0.2]); [a.normalize(images), a.inverse_normalize(images), a.get_logits(images)]",
      async () => {
        await using attack = await pgd();
        await attack.set_normalization_used([0.5, 0.4, 0.3], [0.2, 0.2, 0.2]);
        return [
          await attack.normalize(images),
          await attack.inverse_normalize(images),
          await attack.get_logits(images),
        ];
      },
    ],
    "torchattacks.PGD.set_model_training_mode": [
      "a = pgd(); a.set_model_training_mode(model_training=True); a(images, labels)",
      async () => {
        await using attack = await pgd();
        await attack.set_model_training_mode(keywords({ model_training: true }));
        return attack.call(images, labels);
      },
    ],
    "torchattacks.PGD.get_random_target_label": [
      "pgd().get_random_target_label(images, labels)",
      async () => (await pgd()).get_random_target_label(images, { labels }),
    ],
    "torchattacks.PGD.get_output_with_eval_nograd": [
      "pgd().get_output_with_eval_nograd(images)",
      async () => (await pgd()).get_output_with_eval_nograd(images),
    ],
    "torchattacks.PGD.to_type": ["attacks.PGD.to_type(images, 'int')", () => attacks.PGD.to_type(images, "int")],
    "torchattacks.PGD.save": [
      "pgd().save([(images, labels)], return_verbose=True, verbose=False)[:2]",
      async () => {
        await using attack = await pgd();
        const told = await attack.save([[images, labels]], { return_verbose: true, verbose: false });
        return (told as unknown[]).slice(0, 2);
      },
    ],
  },
);
