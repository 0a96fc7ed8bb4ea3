import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from "../safetensors.ts";
import type { Bundle } from "../schema/endpoints.ts";
import type { NamedTensors } from "../tensor.ts";
import type { Session } from "./session.ts";

const inlineBytes = 1 << 16;

async function pack(tensors: NamedTensors, folder: string): Promise<Bundle> {
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= inlineBytes) {
    return { kind: "inline", base64: Buffer.concat(encodeSafetensors(tensors)).toString("base64") };
  }
  const path = join(folder, `${randomUUID()}.safetensors`);
  await writeSafetensors(path, tensors);
  return { kind: "file", path };
}

/** Tensors that came from Python, or the session's end if that comes first; a file they came in is deleted. */
export function receiveTensors(session: Session, bundle: Bundle): Promise<NamedTensors> {
  return session.outlive(unpack(bundle));
}

async function unpack(bundle: Bundle): Promise<NamedTensors> {
  if (bundle.kind === "inline") return decodeSafetensors(Buffer.from(bundle.base64, "base64")).tensors;
  try {
    return (await readSafetensors(bundle.path)).tensors;
  } finally {
    await drop(bundle);
  }
}

/** What `use` answers for packed tensors; what carried them is gone afterwards. */
export async function sendTensors<T>(
  session: Session,
  tensors: NamedTensors,
  use: (bundle: Bundle) => Promise<T>,
): Promise<T> {
  const bundle = await session.outlive(pack(tensors, session.folder));
  try {
    return await use(bundle);
  } finally {
    await drop(bundle);
  }
}

/** The tensors whose names begin so, without it. */
export function withPrefix(tensors: NamedTensors, prefix: string): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

async function drop(bundle: Bundle): Promise<void> {
  if (bundle.kind === "file") await rm(bundle.path, { force: true });
}
