import { keywords, Slice, type Tensor, tensor } from "adversarial-sampling";
import client from "./rotary-embedding-torch.client.ts";
import { begin, wave } from "./tried.ts";

await using trial = await begin(client);
const { rotary_embedding_torch: rotary, "rotary_embedding_torch.rotary_embedding_torch": all } = trial.py;
const embedding = (options = {}) => rotary.RotaryEmbedding.create(4, options);

await trial.tell(
  `
from rotary_embedding_torch import rotary_embedding_torch as all
from rotary_embedding_torch import RotaryEmbedding
`,
  {
    "rotary_embedding_torch.broadcat": [
      "all.broadcat((wave(2, 1, 3), wave(1, 4, 3)), dim=-1)",
      () => all.broadcat([wave(2, 1, 3), wave(1, 4, 3)], { dim: -1 }),
    ],
    "rotary_embedding_torch.rotary_embedding_torch.exists": ["all.exists(None)", () => all.exists(null)],
    "rotary_embedding_torch.rotary_embedding_torch.default": ["all.default(None, 3)", () => all.default(null, 3)],
    "rotary_embedding_torch.rotary_embedding_torch.rotate_half": [
      "all.rotate_half(wave(2, 6))",
      () => all.rotate_half(wave(2, 6)),
    ],
    "rotary_embedding_torch.rotary_embedding_torch.slice_at_dim": [
      "all.slice_at_dim(wave(2, 6), slice(-2, None), dim=1)",
      () => all.slice_at_dim(wave(2, 6), new Slice(-2, null), { dim: 1 }),
    ],
    "rotary_embedding_torch.apply_rotary_emb": [
      "all.apply_rotary_emb(wave(5, 4), wave(2, 5, 6), start_index=1)",
      () => rotary.apply_rotary_emb(wave(5, 4), wave(2, 5, 6), { start_index: 1 }),
    ],
    "rotary_embedding_torch.apply_learned_rotations": [
      "all.apply_learned_rotations(wave(5, 2), wave(2, 5, 4))",
      () => rotary.apply_learned_rotations(wave(5, 2), wave(2, 5, 4)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.create": [
      "m = RotaryEmbedding(4, freqs_for='pixel', max_freq=10); m.freqs",
      async () => (await embedding({ freqs_for: "pixel", max_freq: 10 })).$.get("freqs"),
    ],
    "rotary_embedding_torch.RotaryEmbedding.call": [
      "RotaryEmbedding(4)(wave(5))",
      async () => (await embedding()).call(wave(5)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.forward": [
      "RotaryEmbedding(4).forward(wave(5), offset=2)",
      async () => (await embedding()).forward(wave(5), { offset: 2 }),
    ],
    "rotary_embedding_torch.RotaryEmbedding.get_seq_pos": [
      "RotaryEmbedding(4).get_seq_pos(5, offset=1)",
      async () => (await embedding()).get_seq_pos(5, { offset: 1 }),
    ],
    "rotary_embedding_torch.RotaryEmbedding.rotate_queries_or_keys": [
      "RotaryEmbedding(4).rotate_queries_or_keys(wave(1, 2, 5, 4))",
      async () => (await embedding()).rotate_queries_or_keys(wave(1, 2, 5, 4)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.rotate_queries_with_cached_keys": [
      "RotaryEmbedding(4).rotate_queries_with_cached_keys(wave(1, 2, 1, 4), wave(1, 2, 5, 4))",
      async () => (await embedding()).rotate_queries_with_cached_keys(wave(1, 2, 1, 4), wave(1, 2, 5, 4)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.rotate_queries_and_keys": [
      "RotaryEmbedding(4, use_xpos=True).rotate_queries_and_keys(wave(1, 2, 5, 4), wave(1, 2, 5, 4))",
      async () => (await embedding({ use_xpos: true })).rotate_queries_and_keys(wave(1, 2, 5, 4), wave(1, 2, 5, 4)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.get_scale": [
      "RotaryEmbedding(4, use_xpos=True).get_scale(wave(5))",
      async () => (await embedding({ use_xpos: true })).get_scale(wave(5)),
    ],
    "rotary_embedding_torch.RotaryEmbedding.get_axial_freqs": [
      "RotaryEmbedding(4, freqs_for='pixel').get_axial_freqs(2, 3)",
      async () => (await embedding({ freqs_for: "pixel" })).get_axial_freqs(2, 3),
    ],
    "rotary_embedding_torch.RotaryEmbedding.get_axial_freqs with offsets": [
      "RotaryEmbedding(4, freqs_for='pixel').get_axial_freqs(2, 3, offsets=(1, 2.5))",
      async () => {
        await using made = await embedding({ freqs_for: "pixel" });
        return made.get_axial_freqs(2, 3, keywords({ offsets: [1, 2.5] as const }));
      },
    ],
    "rotary_embedding_torch.RotaryEmbedding.get_axial_freqs with a tensor": [
      "RotaryEmbedding(4, freqs_for='pixel').get_axial_freqs(2, 3, offsets=torch.tensor([1., 2.]))",
      async () => {
        await using made = await embedding({ freqs_for: "pixel" });
        const offsets: Tensor = tensor(Float32Array.of(1, 2));
        return made.get_axial_freqs(2, 3, keywords({ offsets }));
      },
    ],
  },
);
