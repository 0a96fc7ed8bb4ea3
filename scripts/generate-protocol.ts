/**
 * Writes python/adversarial_sampling/_protocol.py from src/schema: every message as a pydantic model,
 * with its defaults, ranges and descriptions. `--check` only compares, and fails when the file is stale.
 */
import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import { calls, jobEvent, jobs, protocolVersion } from "../src/schema/endpoints.ts";
import { fidelity, fidelityPresets } from "../src/schema/options.ts";
import { type Definition, PythonModule, snakeCase } from "./python-module.ts";

const target = new URL("../python/adversarial_sampling/_protocol.py", import.meta.url);

function definitions(): Record<string, Definition> {
  const endpoints = Object.values({ ...calls, ...jobs });
  const everything = z.union([
    ...endpoints.flatMap((endpoint) => [endpoint.request, endpoint.answer]),
    jobEvent,
    fidelity,
  ]);
  const schema: unknown = z.toJSONSchema(everything, { io: "input" });
  return z.object({ $defs: z.record(z.string(), z.custom<Definition>()) }).parse(schema).$defs;
}

function requestTable(name: string, endpoints: Record<string, { request: z.ZodType }>): string {
  const rows = Object.entries(endpoints).map(
    ([method, { request }]) => `    "${snakeCase(method)}": ${request.meta()?.id},`,
  );
  return `${name}: dict[str, type[Message]] = {\n${rows.join("\n")}\n}`;
}

function presetTable(): string {
  const rows = Object.entries(fidelityPresets).map(([name, switches]) => {
    const fields = Object.entries(switches).map(
      ([field, value]) =>
        `        ${snakeCase(field)}=${typeof value === "boolean" ? (value ? "True" : "False") : `"${value}"`},`,
    );
    return `    "${name}": Fidelity(\n${fields.join("\n")}\n    ),`;
  });
  return `FIDELITY_PRESETS: dict[str, Fidelity] = {\n${rows.join("\n")}\n}`;
}

export function generate(): string {
  const module = new PythonModule(definitions());
  return [
    module.render(),
    requestTable("CALLS", calls),
    requestTable("JOBS", jobs),
    presetTable(),
    `PROTOCOL_VERSION = ${protocolVersion}\n`,
  ].join("\n\n");
}

const fresh = generate();
if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8").catch(() => "")) !== fresh) {
    console.error("python/adversarial_sampling/_protocol.py is stale: run `npm run generate` and commit the result");
    process.exit(1);
  }
} else {
  await writeFile(target, fresh);
}
