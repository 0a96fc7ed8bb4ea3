import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs-core";
import { type PythonObject, prove, type TorchBackend } from "adversarial-sampling";
import { rounded, type Stage } from "../ladder.ts";
import type { Tensors } from "../tensors.ts";
import { attend, attention } from "./attention.ts";
import { gelu } from "./gelu.ts";
import { train } from "./native.ts";
import { step } from "./step.ts";

const folder = join(import.meta.dirname, "python");
const steps = 3;

/** What a `torch.nn.Module` is to a native function. */
interface Self {
  readonly parameters: Tensors;
  readonly attributes: { readonly n_head: number };
}

const nativeGelu = ({ x }: { x: tf.Tensor }) => gelu(x);
const nativeAttention = ({ self, x }: { self: Self; x: tf.Tensor }) =>
  attend(x, self.parameters, self.attributes.n_head, (one) => one); // the program trains without dropout

/** A folder of the inputs that the functions have in the running program, recorded once. */
function recorded(torch: TorchBackend): Promise<string> {
  const known = recordings.get(torch) ?? record(torch);
  recordings.set(torch, known);
  return known;
}

const recordings = new WeakMap<TorchBackend, Promise<string>>();

async function record(torch: TorchBackend): Promise<string> {
  const calls = await mkdtemp(join(tmpdir(), "port-minigpt-"));
  process.once("exit", () => rmSync(calls, { recursive: true }));
  await torch.record(["program", "mingpt.model"], "python program.py", { folder, keepCalls: { folder: calls } });
  return calls;
}

async function losses(program: PythonObject): Promise<string> {
  return `losses ${rounded(await program.method<number[]>("train", steps))}`;
}

/** From a Python program that TypeScript calls to a TypeScript program that needs no Python. */
export const stages = {
  bridged: async ({ torch }) => {
    const program = await torch.import("program", { folder });
    return { program: await losses(program), proofs: [] };
  },

  gelu: async ({ torch, twin }) => {
    const program = await torch.import("program", { folder });
    await using _ = await torch.patch("mingpt.model:NewGELU.forward", nativeGelu, { folder });
    const asked = { torch: "mingpt.model:NewGELU.forward", folder, port: gelu, differentiate: ["x"] };
    return {
      program: await losses(program),
      proofs: [
        await prove(twin, torch, { ...asked, calls: await recorded(torch) }),
        await prove(twin, torch, { ...asked, inputs: { x: "float32[4,3]" } }), // edges too
      ],
    };
  },

  attention: async ({ torch, twin }) => {
    const program = await torch.import("program", { folder });
    await using _gelu = await torch.patch("mingpt.model:NewGELU.forward", nativeGelu, { folder });
    await using _ = await torch.patch("mingpt.model:CausalSelfAttention.forward", nativeAttention, { folder });
    return {
      program: await losses(program),
      proofs: [
        await prove(twin, torch, {
          torch: "mingpt.model:CausalSelfAttention.forward",
          folder,
          make: "program:attention",
          init: { dropout: 0.1 },
          port: attention,
          calls: await recorded(torch),
          differentiate: ["x", "state.c_attn.weight", "state.c_proj.bias"],
        }),
      ],
    };
  },

  step: async ({ torch, twin }) => {
    const program = await torch.import("program", { folder });
    return {
      program: `losses ${rounded(await train(program, steps))}`,
      proofs: [
        await prove(twin, torch, {
          torch: "program:Trainer.step",
          folder,
          init: { dropout: 0.1, taken: 2 },
          port: step,
          inputs: { x: "int64[4,5]%3", y: "int64[4,5]%3" },
          edges: false,
        }),
      ],
    };
  },
} satisfies Record<string, Stage>;
