import { open } from "../../open.ts";
import { tensor } from "../../tensor.ts";
import { Session } from "../../torch/session.ts";
import { type Figure, figure, quantile } from "../figure.ts";
import type { Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const callsOfBatch = 1000;
const side = 5000;

export const bridge: Suite = {
  about: "what a call to Python costs that does nothing, how fast 100 MB cross, how soon Python's death is noticed",
  async measure(setting) {
    return [await trivialCall(setting), ...(await transfer(setting)), await deathNoticed(setting)];
  },
};

/** p50 of a call that does nothing; the spread is between batches of 1,000. Beneath the public API. */
async function trivialCall({ python, device, effort, signal }: Setting): Promise<Figure> {
  await using session = await Session.start({ python, device });
  const medians: number[] = [];
  for (let batch = 0; batch < effort.rounds; batch++) {
    signal?.throwIfAborted();
    const times: number[] = [];
    for (let call = 0; call < callsOfBatch; call++) {
      const start = performance.now();
      await session.call("ping", {});
      times.push((performance.now() - start) * 1000);
    }
    times.sort((a, b) => a - b);
    medians.push(quantile(times, 0.5));
  }
  return figure("trivial call, p50", "µs", medians, { atMost: 150 });
}

/** 100 MB of float32 written into a layer's weights, and read back. */
async function transfer({ python, device, effort, signal }: Setting): Promise<Figure[]> {
  await using backend = await open({ python, device });
  const model = await backend.model({ kind: "linear", inFeatures: side, outFeatures: side, bias: false });
  const weights = tensor(new Float32Array(side * side).fill(0.5), [side, side]);
  const megabytes = weights.data.byteLength / 1e6;
  const toPython: number[] = [];
  const toNode: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    signal?.throwIfAborted();
    let start = performance.now();
    await model.write({ mu_weight: weights });
    toPython.push((megabytes / (performance.now() - start)) * 1000);
    start = performance.now();
    await model.read(["mu_weight"]);
    toNode.push((megabytes / (performance.now() - start)) * 1000);
  }
  return [
    figure("100 MB float32 to Python", "MB/s", toPython, { atLeast: 400 }),
    figure("100 MB float32 to Node", "MB/s", toNode, { atLeast: 400 }),
  ];
}

/** From SIGKILL until what is pending is rejected: mostly the system's, to clear the process away. Beneath the public API. */
async function deathNoticed({ python, device, effort, signal }: Setting): Promise<Figure> {
  const waits: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    signal?.throwIfAborted();
    await using session = await Session.start({ python, device });
    const rejected = session.outlive(new Promise<number>(() => {})).catch(() => performance.now());
    const killed = performance.now();
    process.kill(session.hello.pid, "SIGKILL");
    waits.push((await rejected) - killed);
  }
  return figure("Python killed, until what is pending is rejected", "ms", waits, { atMost: 100 });
}
