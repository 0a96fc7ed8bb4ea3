import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { fileError, jsonIn } from "../../files.ts";
import { array, bytearray, Complex, Float, frozenset, PythonPath, tuple } from "../../interop/kinds.ts";
import { readSafetensors } from "../../safetensors.ts";
import type { NamedTensors } from "../../tensor.ts";
import { validate } from "../../validation.ts";
import type { ProveCase } from "./cases.ts";

const recordedCall = z.looseObject({
  module: z.string(),
  function: z.string(),
  arguments: z.record(z.string(), z.unknown()),
});

/** A call that cannot be made again. */
export interface UnkeptCall {
  readonly id: string;
  readonly reason: string;
}

/**
 * The calls of a Python function that a folder has: `<name>/<i>.json`, with the tensors in `<i>.safetensors` beside it.
 * @param target `module:function`.
 * @throws AdsamError `file` for a folder or file that cannot be read, `usage` where there is no call of that function.
 */
export async function readCalls(
  folder: string,
  target: string,
): Promise<{ cases: readonly ProveCase[]; unkept: readonly UnkeptCall[] }> {
  const files = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(error, "read", folder);
  });
  const calls = files
    .filter((name) => name.endsWith(".json"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const cases: ProveCase[] = [];
  const unkept: UnkeptCall[] = [];
  const others = new Set<string>();
  for (const file of calls) {
    const path = join(folder, file);
    const call = validate(recordedCall, await jsonIn(path), path, "file");
    const name = `${call.module}:${call.function}`;
    if (name !== target) {
      others.add(name);
      continue;
    }
    const id = file.replace(/\.json$/, "");
    const tensors = await tensorsBeside(path);
    const { self: _, ...given } = call.arguments; // what it is a method of is made anew
    const missing: string[] = [];
    const inputs = mapped(given, "", (part, place) => filled(part, place, tensors, path, missing));
    if (missing.length > 0) unkept.push({ id, reason: `the recording has not kept ${missing.join(", ")}` });
    else cases.push({ id, inputs: inputs as ProveCase["inputs"] });
  }
  if (cases.length + unkept.length > 0) return { cases, unkept };
  const has = others.size === 0 ? "none" : `those of ${[...others].join(", ")}`;
  throw new AdsamError("usage", `${folder}: expected recorded calls of ${target}, got ${has}`);
}

async function tensorsBeside(path: string): Promise<NamedTensors> {
  const beside = path.replace(/\.json$/, ".safetensors");
  try {
    return (await readSafetensors(beside)).tensors;
  } catch (error) {
    if (error instanceof AdsamError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return {};
    throw error;
  }
}

function filled(part: object, place: string, tensors: NamedTensors, path: string, missing: string[]): unknown {
  if ("$unkept" in part) {
    missing.push(`${place} (${part.$unkept})`);
    return null;
  }
  const within = (items: unknown) =>
    (items as unknown[]).map((item, i) =>
      mapped(item, `${place}.${i}`, (one, where) => filled(one, where, tensors, path, missing)),
    );
  if ("$tuple" in part) return tuple(...within(part.$tuple));
  if ("$set" in part) return new Set(within(part.$set));
  if ("$frozenset" in part) return frozenset(within(part.$frozenset));
  const said = plain(part);
  if (said !== undefined) return said;
  if (!("$tensor" in part || "$array" in part)) return undefined;
  const name = String("$tensor" in part ? part.$tensor : part.$array);
  const found = tensors[name];
  if (found === undefined) throw new AdsamError("file", `${path}: there is no tensor ${name} beside it`);
  return "$array" in part ? array(found) : found;
}

/** What JSON has no form for. */
function plain(part: object): unknown {
  if ("$float" in part) return new Float(Number(part.$float));
  if ("$int" in part) return BigInt(String(part.$int));
  if ("$path" in part) return new PythonPath(String(part.$path));
  if ("$bytes" in part) return bytesOf(part.$bytes);
  if ("$bytearray" in part) return bytearray(bytesOf(part.$bytearray));
  if (!("$complex" in part)) return undefined;
  const [re, im] = (part.$complex as unknown[]).map(Number);
  return new Complex(re ?? 0, im ?? 0);
}

const bytesOf = (base64: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(base64), "base64"));

/** Objects replaced where `change` gives something else. */
function mapped(value: unknown, place: string, change: (part: object, place: string) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const changed = change(value, place);
  if (changed !== undefined) return changed;
  const within = (key: string | number) => (place === "" ? `${key}` : `${place}.${key}`);
  if (Array.isArray(value)) return value.map((item, i) => mapped(item, within(i), change));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, within(key), change)]));
}
