import { type PythonObject, type Tensor, TorchDtype, tensor } from "adversarial-sampling";
import { begin, wave, whole } from "./tried.ts";
import client from "./vector-quantize-pytorch.client.ts";

await using trial = await begin(client);
const { vector_quantize_pytorch: vq, ...modules } = trial.py;
const all = modules["vector_quantize_pytorch.vector_quantize_pytorch"];
const fsp = modules["vector_quantize_pytorch.finite_scalar_perturbation"];
const fsq = modules["vector_quantize_pytorch.finite_scalar_quantization"];
const residual = modules["vector_quantize_pytorch.residual_vq"];
const quantizer = (options = {}) => vq.VectorQuantize.create(4, 8, options);

await trial.tell(
  `
import vector_quantize_pytorch as vq
from vector_quantize_pytorch import vector_quantize_pytorch as all
from vector_quantize_pytorch import finite_scalar_perturbation as fsp
from vector_quantize_pytorch import finite_scalar_quantization as fsq
from vector_quantize_pytorch import residual_vq as residual
def quantizer(**options): return vq.VectorQuantize(4, 8, **options)
`,
  {
    "vector_quantize_pytorch.vector_quantize_pytorch.is_empty": [
      "all.is_empty(wave(0, 2))",
      () => all.is_empty(wave(0, 2)),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.noop": ["all.noop(1, 'a', b=2)", () => all.noop(1, "a")],
    "vector_quantize_pytorch.vector_quantize_pytorch.identity": ["all.identity(wave(3))", () => all.identity(wave(3))],
    "vector_quantize_pytorch.vector_quantize_pytorch.at_most_one_of": [
      "all.at_most_one_of(True, False, True)",
      () => all.at_most_one_of(true, false, true),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.l2norm": [
      "all.l2norm(wave(2, 3), dim=0)",
      () => all.l2norm(wave(2, 3), { dim: 0 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.safe_div": [
      "all.safe_div(wave(3), wave(3))",
      () => all.safe_div(wave(3), wave(3)),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.append_dims_to": [
      "all.append_dims_to(wave(2, 3), 4)",
      () => all.append_dims_to(wave(2, 3), 4),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.Sequential": [
      "all.Sequential(None, None)",
      () => all.Sequential(null, null),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.cdist": [
      "all.cdist(wave(1, 2, 3), wave(1, 4, 3))",
      () => all.cdist(wave(1, 2, 3), wave(1, 4, 3)),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.log": ["all.log(wave(3))", () => all.log(wave(3))],
    "vector_quantize_pytorch.vector_quantize_pytorch.entropy": [
      "all.entropy(wave(2, 3).abs(), eps=1e-3)",
      async () => all.entropy(tensor(wave(2, 3).data.map(Math.abs as never) as Float32Array, [2, 3]), { eps: 1e-3 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.ema_inplace": [
      "old = wave(3); all.ema_inplace(old, wave(3) * 0 + 2, 0.9); old",
      async () => {
        const old = wave(3);
        await all.ema_inplace(old, tensor(Float32Array.of(2, 2, 2)), 0.9);
        return old;
      },
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.accum_grad_": [
      "t = torch.ones(2, requires_grad=True); all.accum_grad_(t, wave(2)); all.accum_grad_(t, wave(2)); t.grad",
      async () => {
        const kept = trial.torch.with({ keep: true });
        await using t = await kept.method<PythonObject>("ones", 2);
        await t.method("requires_grad_");
        await all.accum_grad_(t, wave(2));
        await all.accum_grad_(t, wave(2));
        return t.get("grad");
      },
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.pack_one": [
      "packed, unpack = all.pack_one(wave(2, 3, 4), '* d'); [packed, unpack(wave(6, 4))]",
      async () => {
        const [packed, unpack] = (await all.pack_one(wave(2, 3, 4), "* d")) as [Tensor, PythonObject];
        return [packed, await unpack.call(wave(6, 4))];
      },
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.lens_to_mask": [
      "all.lens_to_mask(torch.tensor([1, 3]), 4)",
      () => all.lens_to_mask(tensor(BigInt64Array.of(1n, 3n)), 4),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.uniform_init": [
      "all.uniform_init(2, 3)",
      () => all.uniform_init(2, 3),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.gumbel_sample": [
      "all.gumbel_sample(wave(2, 5), stochastic=True, temperature=0.5)",
      () => all.gumbel_sample(wave(2, 5), { stochastic: true, temperature: 0.5 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.laplace_smoothing": [
      "all.laplace_smoothing(wave(2, 5), 5)",
      () => all.laplace_smoothing(wave(2, 5), 5),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.sample_vectors": [
      "all.sample_vectors(wave(6, 2), 3)",
      () => all.sample_vectors(wave(6, 2), 3),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.pad_shape": [
      "all.pad_shape((2, 3), 5, dim=1)",
      () => all.pad_shape([2, 3], 5, { dim: 1 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.batched_bincount": [
      "all.batched_bincount(whole(4, 2, 6), minlength=4)",
      () => all.batched_bincount(whole(4, 2, 6), { minlength: 4 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.kmeans": [
      "all.kmeans(wave(1, 20, 3), 4, num_iters=3)",
      () => all.kmeans(wave(1, 20, 3), 4, { num_iters: 3 }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.kmeans with functions of the caller's": [
      "all.kmeans(wave(1, 20, 3), 4, num_iters=2, sample_fn=lambda s, n: s[:, :n], all_reduce_fn=lambda t: None)",
      () =>
        all.kmeans(wave(1, 20, 3), 4, {
          num_iters: 2,
          sample_fn: (samples: Tensor, count: number) =>
            tensor(samples.data.slice(0, 3 * count) as Float32Array, [1, count, 3]),
          all_reduce_fn: () => null,
        }),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.straight_through": [
      "all.straight_through(wave(3), wave(3) * 0 + 1)",
      () => all.straight_through(wave(3), tensor(Float32Array.of(1, 1, 1))),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.rotate_to": [
      "all.rotate_to(wave(2, 3), wave(2, 3) + 1)",
      () =>
        all.rotate_to(
          wave(2, 3),
          tensor(
            Float32Array.from(wave(2, 3).data as Float32Array, (x) => x + 1),
            [2, 3],
          ),
        ),
    ],
    "vector_quantize_pytorch.vector_quantize_pytorch.orthogonal_loss_fn": [
      "all.orthogonal_loss_fn(wave(1, 4, 3))",
      () => all.orthogonal_loss_fn(wave(1, 4, 3)),
    ],
    "vector_quantize_pytorch.VectorQuantize.call": [
      "quantizer()(wave(1, 6, 4))",
      async () => (await quantizer()).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.VectorQuantize.call with its losses": [
      "quantizer(use_cosine_sim=True, kmeans_init=True)(wave(1, 10, 4), return_loss_breakdown=True)",
      async () =>
        (await quantizer({ use_cosine_sim: true, kmeans_init: true })).call(wave(1, 10, 4), {
          return_loss_breakdown: true,
        }),
    ],
    "vector_quantize_pytorch.VectorQuantize.get_codes_from_indices": [
      "quantizer().get_codes_from_indices(whole(8, 1, 5))",
      async () => (await quantizer()).get_codes_from_indices(whole(8, 1, 5)),
    ],
    "vector_quantize_pytorch.VectorQuantize.codebook": [
      "quantizer().codebook",
      async () => (await quantizer()).codebook,
    ],
    "vector_quantize_pytorch.FSQ.call": [
      "vq.FSQ([8, 5, 5], dim=4)(wave(1, 6, 4))",
      async () => (await vq.FSQ.create([8, 5, 5], { dim: 4 })).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.FSQ.create with dtypes": [
      "vq.FSQ((8, 5), allowed_dtypes=(torch.float32,)).indices_to_codes(whole(40, 2, 3))",
      async () => {
        await using made = await vq.FSQ.create([8, 5], { allowed_dtypes: [new TorchDtype("float32")] });
        return made.indices_to_codes(whole(40, 2, 3));
      },
    ],
    "vector_quantize_pytorch.FSQ.bound": [
      "vq.FSQ([8, 5]).bound(wave(3, 2))",
      async () => (await vq.FSQ.create([8, 5])).bound(wave(3, 2)),
    ],
    "vector_quantize_pytorch.FSQ.quantize": [
      "vq.FSQ([8, 5]).quantize(wave(3, 2))",
      async () => (await vq.FSQ.create([8, 5])).quantize(wave(3, 2)),
    ],
    "vector_quantize_pytorch.finite_scalar_quantization.round_ste": [
      "fsq.round_ste(wave(3))",
      () => fsq.round_ste(wave(3)),
    ],
    "vector_quantize_pytorch.finite_scalar_quantization.maybe": [
      "fsq.maybe(torch.abs)(wave(3))",
      async () => {
        const abs = await trial.torch.get("abs");
        return ((await fsq.maybe(abs)) as PythonObject).call(wave(3));
      },
    ],
    "vector_quantize_pytorch.finite_scalar_perturbation.laplace_act": [
      "fsp.laplace_act(wave(3))",
      () => fsp.laplace_act(wave(3)),
    ],
    "vector_quantize_pytorch.finite_scalar_perturbation.batch_stats": [
      "fsp.batch_stats(wave(4, 3))",
      () => fsp.batch_stats(wave(4, 3)),
    ],
    "vector_quantize_pytorch.FSP.call": [
      "vq.FSP([8, 5], dim=4)(wave(1, 6, 4))",
      async () => (await vq.FSP.create([8, 5], { dim: 4 })).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.LFQ.call": [
      "vq.LFQ(dim=4, codebook_size=8)(wave(1, 6, 4))",
      async () => (await vq.LFQ.create({ dim: 4, codebook_size: 8 })).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.ResidualVQ.call": [
      "vq.ResidualVQ(dim=4, codebook_size=8, num_quantizers=2)(wave(1, 6, 4))",
      async () => (await vq.ResidualVQ.create({ dim: 4, codebook_size: 8, num_quantizers: 2 })).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.ResidualFSQ.call": [
      "vq.ResidualFSQ(dim=4, levels=[5, 5], num_quantizers=2)(wave(1, 6, 4))",
      async () => (await vq.ResidualFSQ.create({ dim: 4, levels: [5, 5], num_quantizers: 2 })).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.residual_vq.round_up_multiple": [
      "residual.round_up_multiple(7, 4)",
      () => residual.round_up_multiple(7, 4),
    ],
    "vector_quantize_pytorch.residual_vq.cast_tuple": [
      "residual.cast_tuple(3, 2)",
      () => residual.cast_tuple(3, { length: 2 }),
    ],
    "vector_quantize_pytorch.SimVQ.call": [
      "vq.SimVQ(dim=4, codebook_size=8)(wave(1, 6, 4))",
      async () => (await vq.SimVQ.create(4, 8)).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.LatentQuantize.call": [
      "vq.LatentQuantize([5, 5], 4)(wave(1, 4, 2, 2))",
      async () => (await vq.LatentQuantize.create([5, 5], 4)).call(wave(1, 4, 2, 2)),
    ],
    "vector_quantize_pytorch.RandomProjectionQuantizer.call": [
      "vq.RandomProjectionQuantizer(dim=4, codebook_size=8, codebook_dim=3, num_codebooks=2)(wave(1, 6, 4))",
      async () =>
        (
          await vq.RandomProjectionQuantizer.create({ dim: 4, codebook_size: 8, codebook_dim: 3, num_codebooks: 2 })
        ).call(wave(1, 6, 4)),
    ],
    "vector_quantize_pytorch.BinaryMapper.call": [
      "vq.BinaryMapper(bits=3)(wave(2, 3))",
      async () => (await vq.BinaryMapper.create({ bits: 3 })).call(wave(2, 3)),
    ],
  },
);
