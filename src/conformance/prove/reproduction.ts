import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomically } from "../../files.ts";
import { Float } from "../../interop/kinds.ts";
import { jsonText } from "../../json.ts";
import { rebuilt, takenApart } from "../../port/structure.ts";
import { encodeSafetensors } from "../../safetensors.ts";
import type { NamedTensors } from "../../tensor.ts";
import { rounded } from "../pairs/inputs.ts";
import type { Given } from "./given.ts";
import type { CheckedProveOptions } from "./options.ts";

/** A case that failed, and what each side gave. */
export interface Failed {
  readonly id: string;
  readonly message: string;
  readonly given: Given;
  /** undefined for a side that threw. */
  readonly python: NamedTensors | undefined;
  readonly port: NamedTensors | undefined;
}

/**
 * Writes a folder that shows the failure again: the call as recorded calls are, what Python and the port gave, and `again.mjs`.
 * @returns its path.
 * @throws AdsamError `file` and `disk` where it cannot be written.
 */
export async function writeReproduction(options: CheckedProveOptions, failed: Failed): Promise<string> {
  const { repro = ".", torch } = options;
  const folder = join(resolve(repro), failed.id.replaceAll("/", "-"));
  await mkdir(folder, { recursive: true });
  const [module, name] = torch.split(":");
  const marked = rebuilt(
    failed.given.parts,
    failed.given.names.map((tensorName) => ({ $tensor: tensorName })),
  );
  const call = { module, function: name, arguments: withFloats(marked, (value) => ({ $float: value })) };
  const file = (path: string, parts: readonly (string | Uint8Array)[]) =>
    writeFileAtomically(join(folder, path), parts);
  await file("inputs.json", [`${jsonText(call, 2)}\n`]);
  await file("inputs.safetensors", encodeSafetensors(failed.given.tensors));
  if (failed.python !== undefined) await file("python.safetensors", encodeSafetensors(storable(failed.python)));
  if (failed.port !== undefined) await file("port.safetensors", encodeSafetensors(failed.port));
  await file("again.mjs", [script(options, failed)]);
  return folder;
}

/** A value with other things in the place of its `Float`s, which JSON does not have. */
function withFloats(value: unknown, change: (value: number) => unknown): unknown {
  const floats = takenApart(value, (part): part is Float => part instanceof Float);
  return rebuilt(
    floats,
    floats.tensors.map((one) => change(one.value)),
  );
}

/** The format has no complex numbers of two float64. */
function storable(tensors: NamedTensors): NamedTensors {
  const entries = Object.entries(tensors).map(([name, one]) => [name, one.dtype === "complex128" ? rounded(one) : one]);
  return Object.fromEntries(entries);
}

/** Ten lines that run the case again. */
function script(options: CheckedProveOptions, { message }: Failed): string {
  const { torch, folder, argv, cuda, init, make, port, call, as, differentiate, dtype, draws, reductions } = options;
  const isFile = typeof port === "string";
  const [path = "", name = "default"] = isFile ? port.split("#") : [];
  const given = {
    torch,
    folder: resolve(folder),
    argv,
    cuda,
    init: withFloats(init, (value) => value),
    make,
    call,
    as,
    differentiate,
    dtype,
    draws,
    reductions,
  };
  const place = isFile ? JSON.stringify(`${resolve(path)}#${name}`) : "(() => {}); // put the port here";
  return `// ${message.split("\n")[0]}
import { open, prove, reportTable } from "adversarial-sampling";

const port = ${place}${isFile ? ";" : ""}
const options = ${jsonText(given)};
const [twin, torch] = [await open({ backend: "tfjs" }), await open({ backend: "torch", device: "cpu" })];
const report = await prove(twin, torch, { ...options, port, calls: import.meta.dirname });
process.stdout.write(\`\${reportTable(report)}\\n\`);
process.exitCode = report.failed > 0 ? 1 : 0;
await Promise.all([twin.close(), torch.close()]);
`;
}
