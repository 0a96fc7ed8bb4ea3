import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { checkWritable, fileError, writeFileAtomically } from "../files.ts";
import type { Contract } from "../interop/contract/contract.ts";
import { contractFormat } from "../interop/contract/format.ts";
import { type Change, changesBetween, clientText, leftOut, unknowns } from "../interop/contract/index.ts";
import type { Recording } from "../interop/recording/record.ts";
import type { KeepCalls } from "../interop/recording/watched.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { positiveCount } from "../schema/numbers.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { backendGroup, jsonGroup, programShape } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";

const clientGroup = {
  heading: "The client:",
  shape: {
    out: z
      .string()
      .optional()
      .describe("TypeScript file to write; its contract is written beside it, as .contract.json")
      .meta({ placeholder: "file" }),
    ...programShape,
    check: z
      .boolean()
      .default(false)
      .describe("write nothing: say what has changed since, and exit with 1 where it breaks a caller"),
  },
  spellings: { out: { short: "-o" } },
};
const traceGroup = {
  heading: "What nobody says:",
  shape: {
    trace: z
      .string()
      .optional()
      .describe("a program to run in the folder, whose calls of the modules say what is unknown otherwise")
      .meta({ placeholder: '"python main.py"' }),
    keepCalls: z
      .string()
      .optional()
      .describe("with --trace: a new folder for calls of each function, which adsam prove --calls makes again")
      .meta({ placeholder: "folder" }),
    keepCount: positiveCount.optional().describe("how many calls of each function are kept; null: 10"),
    keepMegabytes: positiveCount.optional().describe("how much all of them may take; null: 64"),
  },
  spellings: { trace: { conflicts: ["check"] } },
};
const pythonGroup = { heading: "Backend:", shape: { python: backendGroup.shape.python } };
const output = jsonGroup("one JSON document on stdout");
const wrapArguments = z.object({
  ...clientGroup.shape,
  ...traceGroup.shape,
  ...pythonGroup.shape,
  ...output.shape,
});

/** `adsam wrap`: writes a typed client for Python modules. */
export function wrap(command: Command): void {
  addOptions(command, [clientGroup, traceGroup, pythonGroup, output]);
  command.action(async (modules: string[]) => {
    const given = wrapArguments.parse(command.opts());
    const { out, folder, argv, cuda, check, trace, keepCalls, keepCount, keepMegabytes, python, json } = given;
    if (out === undefined) {
      throw new AdsamError("usage", "expected the file to write the client to, got none", {
        suggestion: `name it: adsam wrap ${modules.join(" ")} -o client.ts`,
      });
    }
    if (trace !== undefined && cuda === "served") {
      throw new AdsamError("usage", "--trace: a program of its own is served no CUDA, and --cuda served was given");
    }
    const contractFile = contractFileOf(out);
    const keep = keptAs(trace, keepCalls, keepCount, keepMegabytes);
    if (!check) await checkWritable(out, contractFile);
    await using backend = await open({ backend: "torch", device: "cpu", python });
    const signal = interruptSignal();
    const recording =
      trace === undefined ? undefined : await backend.record(modules, trace, { folder, argv, signal, keepCalls: keep });
    const contract =
      recording?.contract ?? (await unlessAborted(backend.contract(modules, { folder, argv, cuda }), signal));
    if (check) {
      const changes = changesBetween(await contractIn(contractFile), contract);
      process.stdout.write(json ? `${jsonText(changes)}\n` : tableOf(changes));
      if (changes.some(({ breaks }) => breaks)) process.exitCode = 1;
      return;
    }
    await writeFileAtomically(contractFile, [`${jsonText(contract, 2)}\n`]);
    await writeFileAtomically(out, [clientText(contract)]);
    const [unknown, left] = [unknowns(contract), leftOut(contract)];
    const { contract: _, ...recorded } = recording ?? {};
    const told = recording === undefined ? {} : { recorded };
    if (json) process.stdout.write(`${jsonText({ client: out, contract: contractFile, unknown, left, ...told })}\n`);
    else
      process.stderr.write(
        [...seenWords(recording), ...remarks(contract, left, unknown)].map((line) => `${line}\n`).join(""),
      );
    if (recording?.failure !== undefined) {
      throw new AdsamError("python", `the program ended with ${recording.failure}: ${trace}`, {
        suggestion: `what was seen until then is in ${out}; mend the program, whose own words stand above, and trace it again`,
      });
    }
  });
}

function keptAs(trace?: string, folder?: string, count?: number, megabytes?: number): KeepCalls | undefined {
  if (folder !== undefined && trace !== undefined) {
    return { folder, count, bytes: megabytes === undefined ? undefined : megabytes * 2 ** 20 };
  }
  if (folder === undefined && count === undefined && megabytes === undefined) return undefined;
  const missing = folder === undefined ? "--keep-calls, which names the folder" : "--trace, whose calls are kept";
  throw new AdsamError("usage", `expected ${missing}`);
}

function seenWords(recording: Recording | undefined): string[] {
  if (recording === undefined) return [];
  const { calls, functions, faults, leftOut, unkept } = recording;
  const left = Object.entries(leftOut).map(([name, count]) => `not kept: ${count} calls of ${name}`);
  return [
    `seen: ${calls} calls of ${functions} functions`,
    ...left,
    ...Object.entries(unkept).map(([what, count]) => `kept without ${what}: ${count} calls`),
    ...faults.map((fault) => `not seen, since the recorder failed: ${fault}`),
  ];
}

function contractFileOf(out: string): string {
  if (/\.[cm]?ts$/.test(out)) return out.replace(/\.[cm]?ts$/, ".contract.json");
  throw new AdsamError("usage", `expected a TypeScript file to write, got ${out}`, {
    suggestion: "name one that ends in .ts, such as client.ts",
  });
}

async function contractIn(file: string): Promise<Contract> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw fileError(error, "read", file);
  });
  try {
    const contract: unknown = JSON.parse(text);
    if (Object(contract).format === contractFormat) return contract as Contract;
  } catch {} // said below
  throw new AdsamError("file", `${file}: expected a contract of format ${contractFormat}`, {
    suggestion: "make it again: the same command without --check",
  });
}

function tableOf(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing has changed\n";
  return changes.map(({ where, what, breaks }) => `${breaks ? "breaks  " : "        "}${where} ${what}\n`).join("");
}

function remarks({ docstrings }: Contract, left: readonly string[], unknown: readonly string[]): string[] {
  const lines = docstrings ? [] : ["docstrings were not read: this Python lacks griffelib (pip install griffelib)"];
  if (left.length > 0) lines.push(`not in the client: ${left.length}`, ...left.map((one) => `  ${one}`));
  if (unknown.length > 0) lines.push(`unknown in ${unknown.length} places:`, ...unknown.map((one) => `  ${one}`));
  return lines;
}
