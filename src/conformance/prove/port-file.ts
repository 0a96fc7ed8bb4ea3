import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AdsamError } from "../../errors.ts";
import { fileError } from "../../files.ts";
import { nearest } from "../../validation.ts";
import { loadModule } from "../load-module.ts";
import type { Port } from "./port-function.ts";

/** A port, and a check that its file is still what was loaded. */
export interface LoadedPort {
  readonly port: Port;
  readonly name: string;
  unchanged(): Promise<void>;
}

/** A port as it is given: a function, or the file and name of one. */
export async function portOf(given: Port | string): Promise<LoadedPort> {
  if (typeof given === "string") return loadPort(given);
  return { port: given, name: given.name, unchanged: () => Promise.resolve() };
}

/**
 * The function that `./port.ts#name` stands for; the default export without a name. TensorFlow.js must be ready, since the file
 * may make tensors.
 * @throws AdsamError `file` for a file that cannot be loaded, `usage` for what it does not export.
 */
async function loadPort(place: string): Promise<LoadedPort> {
  const [path = "", name = "default", ...more] = place.split("#");
  if (more.length > 0 || path === "" || name === "") {
    throw new AdsamError("usage", `expected the port's file and name, such as ./port.ts#elbo, got ${place}`);
  }
  const before = await textOf(path);
  const module = await loadModule(path, "the port");
  const port: unknown = Reflect.get(module, name);
  if (!isPort(port)) {
    const functions = Object.entries(module).flatMap(([key, value]) => (typeof value === "function" ? [key] : []));
    const got = port === undefined ? "no such export" : typeof port;
    throw new AdsamError("usage", `${path}: expected a function ${name}, got ${got}`, {
      suggestion: functions.length === 0 ? "export the port" : nearest(name, functions),
    });
  }
  const unchanged = async () => {
    if ((await textOf(path)) === before) return;
    throw new AdsamError("usage", `${path} was changed while it was proved`, { suggestion: "prove it again" });
  };
  return { port, name: name === "default" ? path : name, unchanged };
}

function isPort(value: unknown): value is Port {
  return typeof value === "function";
}

async function textOf(path: string): Promise<string> {
  return readFile(resolve(path), "utf8").catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
}
