import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { open } from "../../src/backend.ts";
import { loadDataset } from "../../src/data/index.ts";
import { packageRoot } from "../../src/package.ts";
import { writeSafetensors } from "../../src/safetensors.ts";
import type { ModelSpecInput } from "../../src/schema/models.ts";
import type { FitOptionsInput } from "../../src/schema/options.ts";
import { findPython } from "../../src/torch/environment.ts";
import { type Figure, spread } from "./statistics.ts";

const spec: ModelSpecInput = { kind: "resnet20", initLogSigma: -3 };
const options: FitOptionsInput = { epochs: 4, validation: "none" };

/** 60 steps from TypeScript, events streaming, and the same 60 from a Python program alone, in turn. */
export async function trainingFromBothSides(rounds = 7): Promise<Figure> {
  const digits = await loadDataset("digits");
  const folder = await mkdtemp(join(tmpdir(), "adsam-bench-"));
  try {
    const file = join(folder, "digits.safetensors");
    await writeSafetensors(file, { images: digits.train.images, labels: digits.train.labels });
    await using alone = await PythonAlone.start(file, { spec, options, normalization: digits.normalization });
    await using backend = await open({ device: "cpu" });
    const ratios: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const python = await alone.train();
      const model = await backend.model(spec);
      const start = performance.now();
      for await (const _ of model.fit(digits, options));
      const typescript = (performance.now() - start) / 1000;
      if (round > 0) ratios.push(typescript / python); // the first round warms both up
    }
    return { name: "60 training steps, TypeScript / Python alone", unit: "×", ...spread(ratios), target: "<= 1.02" };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A Python process that trains each time it is told to, and says how long it took. */
class PythonAlone implements AsyncDisposable {
  readonly #process;
  readonly #lines;

  private constructor(python: string, file: string, settings: object) {
    const script = fileURLToPath(new URL("train_alone.py", import.meta.url));
    this.#process = spawn(python, [script, file, JSON.stringify(settings)], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PYTHONPATH: join(packageRoot, "python") },
    });
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  static async start(file: string, settings: object): Promise<PythonAlone> {
    return new PythonAlone((await findPython({})).path, file, settings);
  }

  /** Seconds that the training took. */
  async train(): Promise<number> {
    this.#process.stdin.write("train\n");
    const line = await this.#lines.next();
    if (line.done) throw new Error("the Python program ended early");
    return Number(line.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
  }
}
