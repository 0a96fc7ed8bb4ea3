/**
 * Writes what follows from the schemas: python/adversarial_sampling/_protocol.py, every message as a pydantic model with its
 * defaults, ranges and descriptions, and the TypeScript types that users see, with the descriptions as their doc comments.
 * `--check` only compares, and fails when a file is stale.
 */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { trainConfig } from "../src/experiments/config.ts";
import { dataRecord, runRecord, runResult } from "../src/experiments/record.ts";
import { sweepFile } from "../src/experiments/sweep/plan.ts";
import { ledgerFile, ledgerLock } from "../src/port/ledger/format.ts";
import { architectureFacts, architectures } from "../src/schema/architectures.ts";
import { openOptions } from "../src/schema/backends.ts";
import { normalization, readingOptions } from "../src/schema/data.ts";
import { calls, jobEvent, jobs, protocolVersion } from "../src/schema/endpoints.ts";
import { fitEvent } from "../src/schema/events.ts";
import { callbackEvent } from "../src/schema/interop.ts";
import { modelSpec } from "../src/schema/models.ts";
import {
  callOptions,
  evaluateOptions,
  fidelity,
  fidelityPresets,
  fitOptions,
  forwardOptions,
  gradientOptions,
  keep,
  predictOptions,
  program,
  stateEvery,
  stepOptions,
} from "../src/schema/options.ts";
import { fitResult, stepRecord } from "../src/schema/results.ts";
import { tensorInfo } from "../src/schema/tensors.ts";
import type { Definition } from "./definition.ts";
import { literal, PythonModule, snakeCase } from "./python-module.ts";
import { type Side, TypeScriptModule } from "./typescript-module.ts";

const root = new URL("../", import.meta.url);

/** The definitions of all that these schemas name. */
function definitionsOf(schemas: readonly z.ZodType[]): Record<string, Definition> {
  const schema: unknown = z.toJSONSchema(z.tuple(schemas as [z.ZodType, ...z.ZodType[]]), { io: "input" });
  return z.object({ $defs: z.record(z.string(), z.custom<Definition>()) }).parse(schema).$defs;
}

function messages(): z.ZodType[] {
  const endpoints = Object.values({ ...calls, ...jobs });
  return [
    ...endpoints.flatMap(({ request, answer }) => [request, answer]),
    jobEvent,
    callbackEvent,
    fidelity,
    architectureFacts,
  ];
}

type Endpoints = Record<string, { request: z.ZodType; answer: z.ZodType }>;

function requestTable(name: string, endpoints: Endpoints): string {
  const rows = Object.entries(endpoints).map(
    ([method, { request }]) => `    "${snakeCase(method)}": ${nameOf(request)},`,
  );
  return `${name}: dict[str, type[Message]] = {\n${rows.join("\n")}\n}`;
}

/** A class with a field for each handler, so that the type checker names one that is missing or of another type. */
function handlerTable(name: string, what: string, endpoints: Endpoints, context: readonly string[]): string {
  const generic = context.length === 0 ? "" : `(Generic[${context.join(", ")}])`;
  const [first, ...others] = context;
  const rows = Object.entries(endpoints).map(([method, { request, answer }]) => {
    const arguments_ = [...(first === undefined ? [] : [first]), nameOf(request), ...others];
    return `    ${snakeCase(method)}: Callable[[${arguments_.join(", ")}], ${nameOf(answer)}]`;
  });
  return `@dataclass(frozen=True)\nclass ${name}${generic}:\n    """${what}"""\n\n${rows.join("\n")}\n`;
}

/** A table of messages by name. */
function valueTable(name: string, type: string, rows: Record<string, readonly [kind: string, fields: object]>): string {
  const lines = Object.entries(rows).map(([key, [kind, fields]]) => {
    const given = Object.entries(fields).map(([field, value]) => `        ${snakeCase(field)}=${literal(value)},`);
    return `    "${key}": ${kind}(\n${given.join("\n")}\n    ),`;
  });
  return `${name}: dict[str, ${type}] = {\n${lines.join("\n")}\n}`;
}

function nameOf(schema: z.ZodType): string {
  const { id } = schema.meta() ?? {};
  if (id === undefined) throw new Error("every request and answer has a name: .meta({ id })");
  return id;
}

function presetTable(): string {
  const rows = Object.entries(fidelityPresets).map(([name, fields]) => [name, ["Fidelity", fields] as const] as const);
  return valueTable("FIDELITY_PRESETS", "Fidelity", Object.fromEntries(rows));
}

function architectureTable(): string {
  const rows = Object.entries(architectures).map(([name, fields]) => {
    const member = architectureFacts.options.find(({ shape }) => shape.family.value === fields.family);
    if (member === undefined) throw new Error(`no facts for the family ${fields.family}`);
    return [name, [nameOf(member), fields] as const] as const;
  });
  return valueTable("ARCHITECTURES", "ArchitectureFacts", Object.fromEntries(rows));
}

function protocol(): string {
  const module = new PythonModule(definitionsOf(messages()));
  return [
    module.render(),
    requestTable("CALL_REQUESTS", calls),
    requestTable("JOB_REQUESTS", jobs),
    'Session = TypeVar("Session")\nJob = TypeVar("Job")\n',
    handlerTable("CallHandlers", "What answers each call.", calls, []),
    handlerTable("JobHandlers", "What does each job of a session.", jobs, ["Session", "Job"]),
    presetTable(),
    architectureTable(),
    `PROTOCOL_VERSION = ${protocolVersion}\n`,
  ].join("\n\n");
}

const header = "/** Generated from the schemas by `npm run generate`: change the schema, never this file. */\n\n";

function types({ input, output }: Record<Side, readonly z.ZodType[]>, elsewhere?: ReadonlyMap<string, string>) {
  const module = new TypeScriptModule(definitionsOf([...input, ...output]), elsewhere);
  const ids = (schemas: readonly z.ZodType[]) => schemas.map((schema) => String(schema.meta()?.id));
  const text = module.render({ input: ids(input), output: ids(output) });
  return { text: formatted(header + text), names: module.names };
}

function formatted(text: string, name = "types.ts"): string {
  const biome = fileURLToPath(new URL("node_modules/.bin/biome", root));
  const { stdout, status, stderr } = spawnSync(biome, ["format", "--stdin-file-path", name], {
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`biome could not format ${name}: ${stderr}`);
  return stdout;
}

function generated(): [path: string, text: string][] {
  const options = [fitOptions, stepOptions, forwardOptions, gradientOptions, predictOptions, evaluateOptions];
  const input = [modelSpec, ...options, readingOptions, stateEvery, keep, callOptions, program, openOptions];
  const schema = types({ input, output: [fidelity, normalization, fitEvent, fitResult, stepRecord, tensorInfo] });
  const elsewhere = new Map(schema.names.map((name) => [name, "../schema/types.generated.ts"]));
  return [
    ["python/adversarial_sampling/_protocol.py", protocol()],
    ["schemas/run.json", documentSchema(runRecord)],
    ["schemas/train.json", documentSchema(trainConfig)],
    ["schemas/sweep.json", documentSchema(sweepFile)],
    ["schemas/result.json", documentSchema(runResult)],
    ["schemas/event.json", documentSchema(fitEvent)],
    ["schemas/port.json", documentSchema(ledgerFile)],
    ["schemas/port.lock.json", documentSchema(ledgerLock)],
    ["src/port/ledger/ledger.generated.ts", types({ input: [ledgerFile], output: [ledgerLock] }).text],
    ["src/schema/types.generated.ts", schema.text],
    [
      "src/experiments/record.generated.ts",
      types({ input: [], output: [dataRecord, runRecord, runResult] }, elsewhere).text,
    ],
  ];
}

/** The schema of a document, for editors and other programs. */
function documentSchema(schema: z.ZodType): string {
  return formatted(JSON.stringify(z.toJSONSchema(schema, { io: "input" })), "schema.json");
}

for (const [path, text] of generated()) {
  const file = new URL(path, root);
  if (!process.argv.includes("--check")) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`${path} is stale: run \`npm run generate\` and commit the result`);
    process.exitCode = 1;
  }
}
