/** Calls every signature of test/fixtures/python/signatures.py through the client that `adsam wrap` makes of it. */
import assert from "node:assert/strict";
import { array, keywords, open, tensor } from "adversarial-sampling";
import signatures, { type AverageMeter, type Signatures } from "./signatures.client.ts";

const folder = process.argv[2] ?? ".";
const matrix = (...rows: number[][]) => tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);
const vector = (...values: number[]) => tensor(Float32Array.from(values));
const whole = (...values: number[]) => tensor(BigInt64Array.from(values, BigInt));
const numbers = ({ data }: { data: ArrayLike<number | bigint> }) => Array.from(data, Number);

await using backend = await open({ backend: "torch", device: "cpu" });
const py: Signatures = await backend.use(signatures, { folder });

const top: readonly { data: ArrayLike<number | bigint> }[] = await py.accuracy(matrix([1, 2], [2, 1]), whole(1, 1), {
  topk: [1, 2],
});
assert.deepEqual(top.map(numbers), [[50], [100]]);

const printed: null = await py.cprint("red", "text", { end: "!" });
assert.equal(printed, null);

await using meter: AverageMeter = await py.AverageMeter.create();
await meter.update(2, { n: 3 });
const average: number = await meter.avg;
assert.equal(average, 2);

const model = await py.linear(1, 1);
await using optimizer = await py.sgd_over(model, { lr: 0.01 });
const batches = async function* () {
  yield [matrix([1]), matrix([2])];
};
const trained = await py.train(batches(), model, optimizer, 0, 100, { half: false, ratio: 1 });
assert.deepEqual(trained, { steps: 1, half: false, beta: 0.5, vi: true, ratio: 1, N: 100, epoch: 0 });

assert.equal(await py.data2img(matrix([1]), "a.png", { reshape: false }), "a.png:(1, 1):False");

await using layer = await py.RandLinear.create(2, 1);
const [sampled] = (await layer.call(matrix([1, 2]))) as [{ data: Float32Array }, unknown];
assert.deepEqual(numbers(sampled), [3]);
const forwarded = (await layer.forward(matrix([1, 2]), { sample: false })) as [unknown, number];
assert.equal(forwarded[1], 0);
const predicted = (await layer.sample_predict(matrix([1, 2]), 3)) as { shape: readonly number[] };
assert.deepEqual(predicted.shape, [3, 1, 1]);
assert.equal(await layer.$.get("eps"), null);
await layer.freeze();
assert.deepEqual(await layer.$.get("eps"), matrix([0, 0]));

await using net = await py.Net.create(1, 1);
const mse = (a: { data: Float32Array }, b: { data: Float32Array }) =>
  vector(((a.data[0] ?? 0) - (b.data[0] ?? 0)) ** 2);
const elbo = await net.sample_elbo(matrix([3]), matrix([1]), mse, 2, { complexity_cost_weight: 0.5 });
assert.deepEqual(elbo, tensor(Float32Array.of(2), []));

await using prior = await py.PriorWeightDistribution.create({ sigma1: 1 });
const logPrior = await prior.log_prior(vector(1, 1));
assert.deepEqual(numbers(logPrior), [-1]);

const [word, generator] = await py.named_batches(2);
const seen: number[] = [];
for await (const batch of generator as AsyncIterable<{ data: Float32Array }>) seen.push(...numbers(batch));
assert.deepEqual([word, seen], ["batches", [0, 1]]);

assert.deepEqual(
  await py.kl_loss(model, { reduction: "sum" }),
  await py.kl_loss(model, { reduction: "sum", last_layer_only: true }),
);
await py.dnn_to_bnn(model, { posterior: "rho" });
assert.equal(await model.get("posterior"), "rho");
assert.deepEqual(await py.forward_with_kl(vector(1), { return_kl: false }), vector(2));
const doubled: { readonly shape: readonly number[] } = await py.flagged(vector(1), { return_kl: false });
const both: readonly [unknown, unknown] = await py.flagged(vector(1), { return_kl: true });
assert.deepEqual([doubled.shape, both.length], [[1], 2]);

const entropy = await py.predictive_entropy(tensor(Float64Array.of(0.5, 0.5), [1, 1, 2]));
assert.ok(Math.abs((numbers(entropy)[0] ?? 0) - Math.log(2)) < 1e-12);
assert.equal(await model.same((await py.MOPED(model, model, "path", 0.1)) as typeof model), true);

await using pgd = await py.PGD.create(net.$, { eps: 0.5, steps: 1 });
assert.equal(await pgd.eps, 0.5);
await pgd.set_mode_targeted_by_function((n: number) => n + 1, { quiet: true });
assert.equal(await pgd.mode, "targeted 3");
await using attack = await py.PGD.create(await py.linear(2, 2));
const adversarial: { readonly shape: readonly number[] } = await attack.call(matrix([0, 1]), whole(1));
assert.deepEqual(adversarial.shape, [1, 2]);

const reduced: unknown[] = [];
const means = await py.kmeans(matrix([0], [1], [10]), 2, {
  num_iters: 2,
  all_reduce_fn: (all: unknown) => void reduced.push(all),
});
assert.deepEqual([(means as { shape: readonly number[] }).shape, reduced.length], [[2, 1], 2]);

const old = vector(0, 2);
await py.ema_inplace(old, vector(4, 4), 0.5);
assert.deepEqual(numbers(old), [2, 3]);

assert.deepEqual(
  await py.batched_bincount(tensor(BigInt64Array.of(0n, 1n, 1n, 1n), [2, 2]), { minlength: 2 }),
  tensor(BigInt64Array.of(1n, 1n, 0n, 2n), [2, 2]),
);
const [packed, inverse] = (await py.pack_one(matrix([1, 2]), "*")) as [ReturnType<typeof vector>, typeof model];
assert.deepEqual(await inverse.call(packed), matrix([1, 2]));

await using quantizer = await py.FSQ.create([4, 4], { dim: 2 });
assert.deepEqual(numbers(await quantizer.forward(vector(0.3))), [0.25]);
const frequencies = await py.get_axial_freqs(1, 2, keywords({ offsets: [1, 2] }));
assert.deepEqual(frequencies, vector(2, 4));
assert.deepEqual(await py.get_axial_freqs(1, 2), vector(1, 2));

await using gpt = await py.GPT.create();
const [logits, loss] = await gpt.forward(whole(1, 2));
const shape: readonly number[] = logits.shape;
assert.deepEqual([shape, loss], [[2, 5], null]);

await using trainer = await py.Trainer.create();
const steps: number[] = [];
await trainer.add_callback("on_step", (step: number) => steps.push(step));
await trainer.run(3);
assert.deepEqual(steps, [0, 1, 2]);

const torch = await backend.import("torch.optim");
const weight = await py.parameters_of(model);
await using sam = await py.SAM.create(weight, await torch.get("SGD"), { rho: 0.1, lr: 0.5 });
assert.equal(await sam.step({ closure: async () => 1.5 }), 1.5);

assert.equal(await py.only_by_place(3, 2), 6);
assert.equal(await py.only_by_place(3), 6);
assert.equal(await py.fetch(1), 2);
const counted: number[] = [];
for await (const tick of await py.ticks(3)) counted.push(tick);
assert.deepEqual(counted, [0, 1, 2]);

await assert.rejects(py.misdeclared(), {
  code: "python",
  message: 'signatures.misdeclared: expected int as it is declared, got "seven"',
});
// What the compiler refuses is refused by words too, before it crosses.
const untyped = py as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
await assert.rejects(untyped.batched_bincount?.(vector(1)) ?? Promise.resolve(), {
  message: "signatures.batched_bincount: expected the option minlength",
});
await assert.rejects(untyped.only_by_place?.("3") ?? Promise.resolve(), {
  message: 'signatures.only_by_place: x: expected float, got "3"',
});
await assert.rejects(untyped.predictive_entropy?.(array(vector(1)), 3) ?? Promise.resolve(), { code: "usage" });
console.log("all");
