import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { readLasting } from "../../files.ts";
import { packageVersion } from "../../package.ts";
import { decodeSafetensors, writeSafetensors } from "../../safetensors.ts";
import { normalization } from "../../schema/data.ts";
import type { Found } from "../sources/found.ts";

const names = z.array(z.string()).readonly();

/** Raised whenever the same files are read in another way. */
const reader = 1;

const written = z.strictObject({
  reader: z.literal(reader),
  version: z.string(),
  signature: z.string(),
  format: z.string(),
  name: z.string(),
  classes: z.int().min(1),
  classNames: names.nullable(),
  normalization: normalization.nullable(),
  remarks: names,
  leftOut: z.array(z.strictObject({ what: z.string(), why: z.string(), corrupt: z.boolean() })).readonly(),
});

/**
 * What was kept at a path, as views of the file's bytes, which lets Python map the file itself; undefined where that is nothing, of other files or of another version, or damaged.
 */
export async function readEntry(path: string, signature: string): Promise<Found | undefined> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readLasting(path), { name: path });
    const kept = written.parse(JSON.parse(metadata.data ?? ""));
    const { "train.images": trained, "train.labels": learned, "test.images": tested, "test.labels": asked } = tensors;
    if (kept.signature !== signature || kept.version !== packageVersion()) return undefined;
    if (trained === undefined || learned === undefined || tested === undefined || asked === undefined) return undefined;
    const { format, name, classes, classNames, remarks, leftOut } = kept;
    const parts = { train: { images: trained, labels: learned }, test: { images: tested, labels: asked } };
    const named = classNames === null ? {} : { classNames };
    return {
      format,
      dataset: { name, classes, ...named, ...parts, normalization: kept.normalization },
      remarks,
      leftOut,
    };
  } catch (error) {
    if (error instanceof AdsamError || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** @throws AdsamError `disk` and `file` when it cannot be written. */
export async function writeEntry(
  path: string,
  { format, dataset, remarks, leftOut }: Found,
  signature: string,
): Promise<void> {
  const { train, test, name, classes, classNames = null, normalization: how } = dataset;
  const data: z.output<typeof written> = {
    ...{ reader, version: packageVersion(), signature },
    ...{ format, name, classes, classNames, normalization: how, remarks, leftOut },
  };
  const tensors = {
    "train.images": train.images,
    "train.labels": train.labels,
    "test.images": test.images,
    "test.labels": test.labels,
  };
  await writeSafetensors(path, tensors, { data: JSON.stringify(data) });
}
