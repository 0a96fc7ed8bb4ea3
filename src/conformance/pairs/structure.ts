import { kindOf, type NamedTensors, type Tensor } from "../../tensor.ts";
import type { Difference } from "../comparison.ts";
import { elementName, numbers } from "../numbers.ts";

/**
 * What tells two tensors apart before any tolerance: shape, dtype, and numbers that are not finite on one side only.
 * Integers of any width are compared by their values, since TensorFlow.js has one width alone.
 */
export function structuralDifference(
  name: string,
  a: Tensor,
  b: Tensor,
  [nameA, nameB]: readonly [string, string],
): Difference | undefined {
  if (a.shape.join() !== b.shape.join()) {
    const message = `${name}: ${nameA} gives shape [${a.shape}], ${nameB} [${b.shape}]`;
    return { kind: "shape", tensor: name, message };
  }
  const whole = kindOf(a.dtype) === "integer" && kindOf(b.dtype) === "integer";
  if (a.dtype !== b.dtype && !whole) {
    return { kind: "dtype", tensor: name, message: `${name}: ${nameA} gives ${a.dtype}, ${nameB} ${b.dtype}` };
  }
  const [valuesA, valuesB] = [numbers(a), numbers(b)];
  for (let i = 0; i < valuesA.length; i++) {
    const x = valuesA[i];
    const y = valuesB[i];
    if ((Number.isFinite(x) && Number.isFinite(y)) || Object.is(x, y)) continue;
    const message = `${elementName(name, a, i)}: ${nameA} gives ${x}, ${nameB} ${y}`;
    return { kind: "nan", tensor: name, message };
  }
  return undefined;
}

/** The first tensor that two runs of one side do not repeat bit for bit. */
export function unrepeated(first: NamedTensors, second: NamedTensors, side: string): Difference | undefined {
  for (const [name, a] of Object.entries(first)) {
    const b = second[name];
    const place = b === undefined ? 0 : firstUnlike(a, b);
    if (place === undefined) continue;
    const where = elementName(name, a, place);
    const then = b === undefined ? undefined : numbers(b)[place];
    const message = `${where}: ${side} is not deterministic: ${numbers(a)[place]}, then ${then} on the same inputs`;
    return { kind: "nondeterministic", tensor: name, message };
  }
  return undefined;
}

function firstUnlike(a: Tensor, b: Tensor): number | undefined {
  const [first, second] = [bytes(a), bytes(b)];
  if (Buffer.compare(first, second) === 0) return undefined;
  const place = first.findIndex((byte, i) => byte !== second[i]);
  return Math.floor(Math.max(place, 0) / a.data.BYTES_PER_ELEMENT);
}

function bytes({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
