import { rm } from "node:fs/promises";
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from "../safetensors.ts";
import type { Bundle } from "../schema/endpoints.ts";
import type { NamedTensors } from "../tensor.ts";
import type { Folders } from "./folders.ts";

const inlineBytes = 1 << 16;

/** Tensors as they cross: long ones in a file in one of the folders, to be dropped when Python is done with it. */
export async function pack(tensors: NamedTensors, folders: Folders): Promise<Bundle> {
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= inlineBytes) {
    return { kind: "inline", base64: Buffer.concat(encodeSafetensors(tensors)).toString("base64") };
  }
  return { kind: "file", path: await folders.write(bytes, (path) => writeSafetensors(path, tensors)) };
}

/** The tensors that came; a file they came in is dropped. */
export async function unpack(bundle: Bundle): Promise<NamedTensors> {
  if (bundle.kind === "inline") return decodeSafetensors(Buffer.from(bundle.base64, "base64")).tensors;
  try {
    return (await readSafetensors(bundle.path)).tensors;
  } finally {
    await drop(bundle);
  }
}

/** Removes what carried the tensors. */
export async function drop(bundle: Bundle): Promise<void> {
  if (bundle.kind === "file") await rm(bundle.path, { force: true });
}

/** The tensors whose names begin so, without it. */
export function withPrefix(tensors: NamedTensors, prefix: string): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
