import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from "../safetensors.ts";
import type { Bundle } from "../schema/endpoints.ts";
import type { NamedTensors } from "../tensor.ts";

const inlineBytes = 1 << 16;

/** Tensors on their way to Python; `drop` what was packed once it has been read. */
export async function pack(tensors: NamedTensors, folder: string): Promise<Bundle> {
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= inlineBytes) {
    return { kind: "inline", base64: Buffer.concat(encodeSafetensors(tensors)).toString("base64") };
  }
  const path = join(folder, `${randomUUID()}.safetensors`);
  await writeSafetensors(path, tensors);
  return { kind: "file", path };
}

/** Tensors that came from Python; a file they came in is deleted. */
export async function unpack(bundle: Bundle): Promise<NamedTensors> {
  if (bundle.kind === "inline") return decodeSafetensors(Buffer.from(bundle.base64, "base64")).tensors;
  try {
    return (await readSafetensors(bundle.path)).tensors;
  } finally {
    await drop(bundle);
  }
}

export async function drop(bundle: Bundle): Promise<void> {
  if (bundle.kind === "file") await rm(bundle.path, { force: true });
}
