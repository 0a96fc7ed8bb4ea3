import { AdsamError } from "../../errors.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";

const unsignedBytes = 0x08;

/**
 * An array of bytes of the idx format, in which MNIST is published: two zeros, the type, the number of axes, their lengths.
 * @param axes how many there have to be.
 * @throws AdsamError `data` for what is no such array, or is damaged.
 */
export function decodeIdx(bytes: Uint8Array, axes: number, path: string): Tensor<"uint8"> {
  const [first, second, type, count] = bytes;
  const start = 4 + 4 * axes;
  if (first !== 0 || second !== 0 || type !== unsignedBytes || count !== axes || bytes.length < start) {
    throw new AdsamError(
      "data",
      `${path}: expected an idx file of bytes with ${axes} axes, got other bytes at its start`,
      {
        suggestion: "download it again",
      },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const body = bytes.subarray(start);
  if (body.length !== elementCount(shape)) {
    throw new AdsamError("data", `${path}: expected ${elementCount(shape)} bytes for [${shape}], got ${body.length}`, {
      suggestion: "it may be cut short: download it again",
    });
  }
  return tensor(body, shape);
}
