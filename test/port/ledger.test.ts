import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { open } from "../../src/open.ts";
import {
  type KeepOptions,
  keepLedger,
  ledgerBadge,
  ledgerPage,
  ledgerTable,
  readLedger,
} from "../../src/port/ledger/index.ts";
import { writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../temporary.ts";

const python = `
import torch
from helpers import factor


def scaled(x: torch.Tensor) -> torch.Tensor:
    return factor() * x


def softplus(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.softplus(x)


def constructor(x: torch.Tensor) -> torch.Tensor:
    return x


class Running:
    def __init__(self, decay: float) -> None:
        self.value = torch.zeros(3)
        self.decay = decay

    def update(self, x: torch.Tensor) -> torch.Tensor:
        self.value = self.decay * self.value + x
        return self.value
`;
const typescript = `
import * as tf from "@tensorflow/tfjs-core";
import { two } from "./numbers.js";

export const scaled = (x: tf.Tensor): tf.Tensor => tf.mul(two, x);
export const softplus = (x: tf.Tensor): tf.Tensor => tf.relu(x);
`;
const ledger = {
  format: 1,
  module: "moved_module",
  folder: "python",
  twins: {
    scaled: { port: "./port.ts#scaled", inputs: { x: "float32[4,3]" }, edges: false, differentiate: ["x"] },
    softplus: { port: "./port.ts#softplus", inputs: { x: [[-1, 0.5]] } },
  },
};

let folder: string;
const file = (name: string, text: string) => writeFile(join(folder, name), text);
const write = (changed: object = {}) => file("port.json", JSON.stringify({ ...ledger, ...changed }));

beforeEach(async () => {
  folder = await temporaryFolder();
  await symlink(resolve(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "python"));
  await file("python/moved_module.py", python);
  await file("python/helpers.py", "def factor():\n    return 2\n");
  await file("port.ts", typescript);
  await file("numbers.ts", "export const two = 2;\n");
  await write();
});

/** A Python of its own each time: what it has imported stays as it was. */
async function keep(options: KeepOptions = {}) {
  await using candidate = await open({ backend: "tfjs" });
  await using reference: TorchBackend = await open({ backend: "torch", device: "cpu" });
  return await keepLedger(candidate, reference, join(folder, "port.json"), options);
}

const entry = ({ entries }: Awaited<ReturnType<typeof keep>>, name: string) => entries.find((one) => one.name === name);
const lockText = () => readFile(join(folder, "port.lock.json"), "utf8");
const states = ({ entries }: Awaited<ReturnType<typeof keep>>) =>
  Object.fromEntries(entries.map(({ name, state }) => [name, state]));
const problems = ({ entries }: Awaited<ReturnType<typeof keep>>) =>
  Object.fromEntries(entries.flatMap((one) => (one.problems.length === 0 ? [] : [[one.name, one.problems]])));

test("each public function and method, what conforms and what departs, kept beside the ledger", async () => {
  const report = await keep();
  expect(states(report)).toEqual({
    scaled: "conforms",
    softplus: "departs",
    constructor: "none",
    "Running.update": "none",
  });
  expect(report).toMatchObject({ functions: 4, twins: 2, conforming: 1, problems: 0 });
  const { lock } = await readLedger(join(folder, "port.json"));
  expect(lock.proofs).toMatchObject({
    scaled: { state: "conforms", cases: 3, since: lock.proofs.scaled?.proved, message: null },
    softplus: { state: "departs", since: null, message: expect.stringMatching(/^given: output\.0/) },
  });
  expect(lock.proofs.scaled?.worst).toBeLessThanOrEqual(1);
  expect(lock.proofs.softplus?.worst).toBeGreaterThan(1);
});

test("what has a proof of the same files is not proved again; of what has changed the rest is kept", async () => {
  await keep();
  const before = await lockText();
  await keep();
  expect(await lockText()).toBe(before);
  await write({ twins: { ...ledger.twins, softplus: { ...ledger.twins.softplus, inputs: { x: [[1, 2]] } } } });
  await keep();
  const [was, is] = [JSON.parse(before), JSON.parse(await lockText())];
  expect(is.proofs.scaled).toEqual(was.proofs.scaled);
  expect(is.proofs.softplus.asked).not.toBe(was.proofs.softplus.asked);
});

test("since when it conforms outlasts another proof; a departure ends it, and is told again", async () => {
  const since = entry(await keep(), "scaled")?.proof?.since;
  expect(since).toEqual(expect.any(String));
  expect(entry(await keep({ again: true }), "scaled")?.proof?.since).toBe(since);
  await file("numbers.ts", "export const two = 3;\n");
  const wrong = await keep();
  expect(entry(wrong, "scaled")).toMatchObject({ state: "departs", proof: { since: null } });
  const told = { scaled: ["it conformed, and no longer does"] };
  expect(problems(wrong)).toEqual(told);
  expect(problems(await keep())).toEqual(told);
});

describe("check writes nothing, and says", () => {
  test("that all is as it was proved, what departs included; file times say nothing", async () => {
    await keep();
    const before = await lockText();
    await file("port.ts", typescript);
    expect(problems(await keep({ check: true }))).toEqual({});
    expect(await lockText()).toBe(before);
  });

  test.each<[string, () => Promise<void>, Record<string, string[]>]>([
    [
      "a module that Python imports",
      () => file("python/helpers.py", "def factor():\n    return 4 / 2\n"),
      {
        scaled: ["the Python side has changed since its proof"],
        softplus: ["the Python side has changed since its proof"],
      },
    ],
    [
      "a file that the twin imports, and with it what it gives",
      () => file("numbers.ts", "export const two = 3;\n"),
      {
        scaled: ["the twin has changed since its proof", "it conformed, and no longer does"],
        softplus: ["the twin has changed since its proof"],
      },
    ],
    [
      "proofs that were never made",
      () => rm(join(folder, "port.lock.json")),
      { scaled: ["it has no proof"], softplus: ["it has no proof"] },
    ],
  ])("%s", async (_, change, expected) => {
    await keep();
    await change();
    expect(problems(await keep({ check: true }))).toEqual(expected);
  });
});

test("an interrupted run keeps what was proved", async () => {
  const controller = new AbortController();
  const run = keep({ signal: controller.signal, onEntry: () => controller.abort() });
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
  expect(Object.keys(JSON.parse(await lockText()).proofs)).toEqual(["scaled"]);
});

test("what another run has proved meanwhile is kept, and what has no twin any more is not", async () => {
  await keep();
  const { softplus } = ledger.twins;
  await write({ twins: { constructor: { port: "./port.ts#softplus", inputs: softplus.inputs }, softplus } });
  const path = join(folder, "port.lock.json");
  await keep({
    again: true,
    onEntry: ({ name, proof }) => {
      if (name !== "constructor") return;
      const lock = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...lock, proofs: { ...lock.proofs, "Running.update": proof } }));
    },
  });
  expect(Object.keys(JSON.parse(await lockText()).proofs)).toEqual(["Running.update", "constructor", "softplus"]);
});

test("files of inputs are found from the file that names them, and a proof hangs on what they hold", async () => {
  const numbers = (values: readonly number[]) =>
    writeSafetensors(join(folder, "data", "x.safetensors"), { x: tensor(Float32Array.from(values)) });
  await mkdir(join(folder, "data"));
  await numbers([1, 2]);
  await file("data/cases.json", JSON.stringify([{ id: "a", inputs: { x: { file: "x.safetensors", tensor: "x" } } }]));
  const { port } = ledger.twins.scaled;
  const direct = { scaled: { port, inputs: { x: { file: "data/x.safetensors", tensor: "x" } } } };
  for (const twins of [direct, { scaled: { port, cases: "data/cases.json" } }]) {
    await numbers([1, 2]);
    await write({ twins });
    expect(entry(await keep(), "scaled")).toMatchObject({ state: "conforms", proof: { cases: 1 } });
    await numbers([1, 3]);
    expect(problems(await keep({ check: true }))).toEqual({
      scaled: ["what it is proved on has changed since its proof"],
    });
  }
});

test("speed is measured where it is asked for, and kept", async () => {
  const speeds = async (options: KeepOptions) => (await keep(options)).entries.map(({ proof }) => proof?.speed ?? null);
  expect(await speeds({})).toEqual([null, null, null, null]);
  const measured = await speeds({ time: true });
  expect(measured).toContainEqual({ native: expect.any(Number), bridged: expect.any(Number), calls: 21 });
  expect(await speeds({})).toEqual(measured);
});

test("a table, a badge and a page that nothing in a message breaks", async () => {
  const report = await keep();
  expect(ledgerTable(report)).toMatch(/^function +bridged +twin +state/);
  expect(ledgerTable(report)).toMatch(/\n\nmoved_module: 4 functions, 2 with a twin, 1 of these conform$/);
  expect(ledgerBadge(report)).toContain("<title>ported: 1 of 4 conform, some depart</title>");
  const [first, ...rest] = report.entries;
  const hostile = { ...report, entries: [{ ...(first as never as object), name: "<script>" } as never, ...rest] };
  expect(ledgerPage(hostile)).toContain("&lt;script&gt;");
  expect(ledgerPage(hostile)).not.toMatch(/<script|https?:/);
});

describe("what is wrong with a ledger is said", () => {
  test.each<[string, object, string | RegExp]>([
    ["another format", { format: 2 }, /port\.json: expected format 1, got 2$/],
    ["an unknown field", { modul: "a" }, /unknown field modul: did you mean module\?/],
    [
      "an unknown field of a twin",
      { twins: { scaled: { port: "a", input: {} } } },
      /twins\.scaled: unknown field input: did you mean inputs\?/,
    ],
    ["a twin of nothing", { twins: { scald: "./port.ts#scaled" } }, "twins: moved_module has no public function scald"],
    ["a file that is not there", { twins: { scaled: "./prt.ts#scaled" } }, /cannot read .*prt\.ts/],
    [
      "an export that is not there",
      { twins: { scaled: { ...ledger.twins.scaled, port: "./port.ts#scald" } } },
      /expected a function scald/,
    ],
    ["a module that is not there", { module: "moved_modul" }, /moved_modul/],
    ["a client that is not there", { client: "client.ts" }, /client\.contract\.json/],
  ])("%s", async (_, changed, message) => {
    await write(changed);
    await expect(keep()).rejects.toThrow(message);
  });

  test("a module that fails on import, and text that is no JSON", async () => {
    await file("python/moved_module.py", "raise RuntimeError('not today')\n");
    await expect(keep()).rejects.toThrow(/not today/);
    await file("port.json", "{");
    await expect(readLedger(join(folder, "port.json"))).rejects.toThrow(/port\.json: expected JSON/);
  });
});
