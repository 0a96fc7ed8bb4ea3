import { open } from "../../src/backend.ts";
import { tensor } from "../../src/tensor.ts";
import { findPython } from "../../src/torch/environment.ts";
import { Session } from "../../src/torch/session.ts";
import { type Figure, quantile, spread } from "./statistics.ts";

/** p50 of a call that does nothing, over thousands in sequence; the spread is between batches of 1,000. */
export async function trivialCall(batches = 10): Promise<Figure> {
  await using session = await Session.start({ python: (await findPython({})).path, device: "cpu" });
  const medians: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const times: number[] = [];
    for (let call = 0; call < 1000; call++) {
      const start = performance.now();
      await session.call("ping", {});
      times.push((performance.now() - start) * 1000);
    }
    times.sort((a, b) => a - b);
    medians.push(quantile(times, 0.5));
  }
  return { name: "trivial call, p50", unit: "µs", ...spread(medians), target: "<= 150" };
}

/** 100 MB of float32 written into a layer's weights, and read back. */
export async function transfer(rounds = 9): Promise<Figure[]> {
  await using backend = await open({ device: "cpu" });
  const side = 5000;
  const model = await backend.model({ kind: "linear", inFeatures: side, outFeatures: side, bias: false });
  const weights = tensor(new Float32Array(side * side).fill(0.5), [side, side]);
  const megabytes = weights.data.byteLength / 1e6;
  const toPython: number[] = [];
  const toNode: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    await model.write({ mu_weight: weights });
    toPython.push((megabytes / (performance.now() - start)) * 1000);
    start = performance.now();
    await model.read(["mu_weight"]);
    toNode.push((megabytes / (performance.now() - start)) * 1000);
  }
  return [
    { name: "100 MB float32 to Python", unit: "MB/s", ...spread(toPython), target: ">= 400" },
    { name: "100 MB float32 to Node", unit: "MB/s", ...spread(toNode), target: ">= 400" },
  ];
}
