import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { AdsamError } from "../../src/errors.ts";
import { Python } from "../../src/interop/python.ts";
import { modelSpec } from "../../src/schema/models.ts";
import { tensor } from "../../src/tensor.ts";
import { TorchModel } from "../../src/torch/model.ts";
import { Requests } from "../../src/torch/requests.ts";
import type { Session } from "../../src/torch/session.ts";
import { isAlive, startSession } from "./python.ts";

let digits: Dataset;
beforeAll(async () => {
  digits = await loadDataset("digits");
});

async function modelOf(session: Session, spec: object): Promise<TorchModel> {
  const requests = new Requests(async () => session);
  return new TorchModel(
    { requests, python: new Python(requests) },
    "torch",
    await requests.run("create", { spec: modelSpec.parse(spec) }),
  );
}

async function pingForever(session: Session): Promise<never> {
  while (true) await session.call("ping", {});
}

async function train(session: Session): Promise<unknown> {
  return (await modelOf(session, { kind: "resnet20" })).fit(digits, { epochs: 1000 });
}

const size = 4096;
async function writeForever(session: Session): Promise<never> {
  const model = await modelOf(session, { kind: "linear", inFeatures: size, outFeatures: size, bias: false });
  const weights = tensor(new Float32Array(size * size), [size, size]);
  while (true) await model.write({ mu_weight: weights });
}

async function readForever(session: Session): Promise<never> {
  const model = await modelOf(session, { kind: "linear", inFeatures: size, outFeatures: size, bias: false });
  while (true) await model.read(["mu_weight"]);
}

/** Nothing is pending: the next question is the first to find out. */
async function askAfterwards(session: Session, killed: Promise<unknown>): Promise<unknown> {
  await killed;
  return session.call("ping", {});
}

const activities = [pingForever, train, writeForever, readForever];
// Three moments in each activity; the longest waits fall well into training and into the second transfers.
const moments = [
  { activity: askAfterwards, name: askAfterwards.name, wait: 1 },
  ...activities.flatMap((activity) => [1, 100, 700].map((wait) => ({ activity, name: activity.name, wait }))),
];

test.each(moments)("Python killed in $name after $wait ms", async ({ activity, wait }) => {
  const session = await startSession();
  const { pid } = session.hello;
  const killed = delay(wait).then(() => process.kill(pid, "SIGKILL"));
  const error = await activity(session, killed).then(
    () => expect.unreachable("it should have been rejected"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AdsamError);
  expect(error).toMatchObject({ code: "crashed", message: expect.stringContaining("SIGKILL") });
  expect(isAlive(pid)).toBe(false);
  await expect.poll(() => session.folders.paths.some(existsSync)).toBe(false);
});

test("the session after a crash works", async () => {
  const broken = await startSession();
  process.kill(broken.hello.pid, "SIGKILL");
  await expect(broken.call("ping", {})).rejects.toMatchObject({ code: "crashed" });
  await using next = await startSession();
  await expect(next.call("ping", {})).resolves.toEqual({});
});
