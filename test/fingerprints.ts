import { createHash } from "node:crypto";
import type { NamedTensors } from "../src/tensor.ts";

/** What tensors hold, bit by bit, in a form that is compared in no time. */
export function fingerprints(tensors: NamedTensors): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [name, `[${shape}] ${createHash("sha256").update(bytes).digest("hex")}`];
    }),
  );
}
