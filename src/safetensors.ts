import { readBytes, writeFileAtomically } from "./files.ts";
import { type DamageReport, decodeSafetensors } from "./safetensors/decode.ts";
import { encodeSafetensors } from "./safetensors/encode.ts";
import type { Safetensors } from "./safetensors/format.ts";
import type { NamedTensors } from "./tensor.ts";

export { type DamageReport, decodeSafetensors } from "./safetensors/decode.ts";
export { encodeSafetensors } from "./safetensors/encode.ts";
export type { Safetensors } from "./safetensors/format.ts";

/** Reads a safetensors file in chunks, off the event loop. Throws as `decodeSafetensors`, or `file` when it cannot be read. */
export async function readSafetensors(path: string, report: DamageReport = {}): Promise<Safetensors> {
  return decodeSafetensors(await readBytes(path), { name: path, ...report });
}

/** Writes a safetensors file, off the event loop and all at once (see `writeFileAtomically`). */
export async function writeSafetensors(
  path: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomically(path, encodeSafetensors(tensors, metadata));
}
