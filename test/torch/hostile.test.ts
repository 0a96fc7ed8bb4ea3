import { existsSync, readdirSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadDataset, open } from "../../src/index.ts";
import { Python } from "../../src/interop/python.ts";
import { modelSpec } from "../../src/schema/models.ts";
import { tensor } from "../../src/tensor.ts";
import type { JobRequest } from "../../src/torch/messages.ts";
import { TorchModel } from "../../src/torch/model.ts";
import { Requests } from "../../src/torch/requests.ts";
import type { Session } from "../../src/torch/session.ts";
import { startSession } from "./python.ts";

const folder = join(import.meta.dirname, "../fixtures/python");
const x = tensor(new Float64Array([1]), [1]);

test("whatever an exception in Python is like, its call fails and the next works", async () => {
  const backend = await open({ device: "cpu" });
  onTestFinished(() => backend.close());
  const call = (name: string) => backend.call(`hostile:${name}`, { x }, { folder });
  await expect(call("surrogate")).rejects.toMatchObject({ message: "builtins.ValueError: lone \\ud800 in 1" });
  await expect(call("mute")).rejects.toMatchObject({ python: { type: "hostile.MuteError" } });
  await expect(call("leave")).rejects.toMatchObject({ message: "builtins.SystemExit: 1" });
  await expect(call("recurse")).rejects.toMatchObject({ python: { type: "builtins.RecursionError" } });
  await expect(call("\ud800")).rejects.toMatchObject({ code: "usage" });

  const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 2 });
  await expect(model.read(["\ud800"])).rejects.toMatchObject({ code: "usage" });
  expect(Object.keys(await model.read(["mu_weight"]))).toEqual(["mu_weight"]);
});

/** Says lines on the session's event socket, as Python does. */
async function say(session: Session, ...pieces: string[]): Promise<void> {
  const socket = createConnection(join(session.folders.paths[0], "events.sock"));
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  socket.end();
}

async function started(): Promise<{ session: Session; requests: Requests }> {
  const session = await startSession();
  onTestFinished(() => session.close());
  return { session, requests: new Requests(async () => session) };
}

const create = { spec: modelSpec.parse({ kind: "resnet20" }) };

test("an event that is not of the protocol fails its job, and only that", async () => {
  const { session, requests } = await started();
  const model = new TorchModel(
    { requests, python: new Python(requests) },
    "torch",
    await requests.run("create", create),
  );
  const run = model.fit(await loadDataset("digits"), { epochs: 1000 });
  await run[Symbol.asyncIterator]().next(); // it is under way, as the second job
  const misfit = JSON.stringify({ kind: "progress", job: 2, event: { kind: "step", epoch: "one".repeat(100_000) } });
  await say(session, misfit.slice(0, 70_000), misfit.slice(70_000), "\n");
  await expect(run).rejects.toMatchObject({
    code: "python",
    message: expect.stringMatching(/^what Python tells of fit: event.epoch: expected /),
  });
  await expect(model.read(["conv1.mu_weight"])).resolves.toHaveProperty(["conv1.mu_weight"]);
});

test("an answer that comes by file and that nobody waits for any more is dropped", async () => {
  const begun = join(tmpdir(), `adsam-begun-${process.pid}`);
  vi.stubEnv("ADSAM_BEGUN", begun);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { session, requests } = await started();
  const abort = new AbortController();
  const request: JobRequest<"call"> = {
    target: "hostile:hold",
    program: { folder, argv: [], cuda: "real" },
    dtype: "float64",
    differentiate: [],
    tensors: { x },
  };
  const held = requests.run("call", request, { signal: abort.signal });
  await expect.poll(() => existsSync(begun)).toBe(true);
  abort.abort();
  await expect(held).rejects.toMatchObject({ code: "cancelled" });
  rmSync(begun);
  await requests.run("create", create); // the next one has its turn when that has ended
  await expect.poll(() => readdirSync(session.folders.paths[0]).sort()).toEqual(["crash.log", "events.sock"]);
});

test("what is not about any job ends the session, and is said", async () => {
  const { session } = await started();
  await say(session, "Segmentation fault\n");
  await expect(session.outlive(new Promise(() => {}))).rejects.toMatchObject({
    code: "python",
    message: expect.stringContaining("Segmentation fault"),
  });
});
