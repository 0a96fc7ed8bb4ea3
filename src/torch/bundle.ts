import { readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { AdsamError } from "../errors.ts";
import { placeOf } from "../files.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from "../safetensors.ts";
import type { Bundle, MappedTensor } from "../schema/bundle.ts";
import { fromPairs, toPairs } from "../tensor/complex.ts";
import { checkTensors, kindOf, type NamedTensors, type Tensor } from "../tensor.ts";
import type { Folders } from "./folders.ts";

const inlineBytes = 1 << 16;

/**
 * Tensors as they cross: long ones in a file in one of the folders, to be dropped when Python is done with it. Complex ones
 * cross as pairs, since not every safetensors library has a dtype for them.
 */
export async function pack(tensors: NamedTensors, folders: Folders): Promise<Bundle> {
  const { inline, crossing, bytes, carried } = laidOut(tensors);
  if (inline !== undefined) return inline;
  return { kind: "file", path: await folders.write(bytes, (path) => writeSafetensors(path, crossing)), ...carried };
}

/**
 * The same, except that long tensors which were read from a file that Python can map cross as their place in it, without a
 * copy. Keep them until Python is done.
 */
export async function packInPlace(tensors: NamedTensors, folders: Folders): Promise<Bundle> {
  checkTensors(tensors, "tensors");
  const mapped = bytesOf(tensors) <= inlineBytes ? [] : await placesOf(tensors);
  const inPlace = new Set(mapped.map(({ name }) => name));
  const others = Object.entries(tensors).filter(([name]) => !inPlace.has(name));
  return { ...(await pack(Object.fromEntries(others), folders)), names: Object.keys(tensors), mapped };
}

async function placesOf(tensors: NamedTensors): Promise<MappedTensor[]> {
  const found: MappedTensor[] = [];
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const place = kindOf(dtype) === "complex" ? undefined : await placeOf(data);
    if (place !== undefined) found.push({ name, ...place, dtype, shape: [...shape] });
  }
  return found;
}

/** The same for who cannot wait. */
export function packNow(tensors: NamedTensors, folders: Folders): Bundle {
  const { inline, crossing, bytes, carried } = laidOut(tensors);
  return inline ?? { kind: "file", path: folders.writeNow(bytes, encodeSafetensors(crossing)), ...carried };
}

function laidOut(tensors: NamedTensors) {
  checkTensors(tensors, "tensors");
  const entries = Object.entries(tensors);
  const complex = entries.flatMap(([name, { dtype }]) => (kindOf(dtype) === "complex" ? [name] : []));
  const carried = { names: Object.keys(tensors), complex, mapped: [] };
  const crossing = Object.fromEntries(entries.map(([name, values]) => [name, toPairs(values)]));
  const bytes = bytesOf(crossing);
  return { inline: bytes <= inlineBytes ? inlineOf(crossing, carried) : undefined, crossing, bytes, carried };
}

function bytesOf(tensors: NamedTensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}

function inlineOf(tensors: NamedTensors, carried: Pick<Bundle, "names" | "complex" | "mapped">): Bundle {
  return { kind: "inline", base64: Buffer.concat(encodeSafetensors(tensors)).toString("base64"), ...carried };
}

/** The tensors that came, in their order; a file they came in is dropped. */
export async function unpack(bundle: Bundle): Promise<NamedTensors> {
  return named(bundle, await read(bundle));
}

/** The same for who cannot wait. */
export function unpackNow(bundle: Bundle): NamedTensors {
  if (bundle.kind === "inline") return named(bundle, readInline(bundle));
  try {
    return named(bundle, decodeSafetensors(readFileSync(bundle.path), { name: bundle.path }));
  } finally {
    dropNow(bundle);
  }
}

function named(bundle: Bundle, { tensors }: Safetensors): NamedTensors {
  const complex = new Set(bundle.complex);
  return Object.fromEntries(
    bundle.names.map((name) => {
      const values = tensors[name];
      if (values === undefined) throw new AdsamError("python", `expected the tensor ${name} in Python's answer`);
      return [name, complex.has(name) ? asComplex(values) : values];
    }),
  );
}

function readInline(bundle: Bundle & { readonly kind: "inline" }): Safetensors {
  return decodeSafetensors(Buffer.from(bundle.base64, "base64"));
}

async function read(bundle: Bundle): Promise<Safetensors> {
  if (bundle.kind === "inline") return readInline(bundle);
  try {
    return await readSafetensors(bundle.path);
  } finally {
    await drop(bundle);
  }
}

function asComplex(pairs: Tensor): Tensor {
  if (pairs.dtype === "float32" || pairs.dtype === "float64") return fromPairs(pairs);
  throw new AdsamError("python", `expected complex numbers as pairs of floats, got ${pairs.dtype}`);
}

/** Removes what carried the tensors. */
export async function drop(bundle: Bundle): Promise<void> {
  if (bundle.kind === "file") await rm(bundle.path, { force: true });
}

/** The same for who cannot wait. */
export function dropNow(bundle: Bundle): void {
  if (bundle.kind === "file") rmSync(bundle.path, { force: true });
}

/** The tensors whose names begin so, without it. */
export function withPrefix(tensors: NamedTensors, prefix: string): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
