import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/safetensors.ts";
import { toHalves } from "../../src/tensor/halves.ts";
import { tensor } from "../../src/tensor.ts";

const halves = (...values: number[]) => toHalves(Float32Array.from(values), "float16");
const brains = (...values: number[]) => toHalves(Float32Array.from(values), "bfloat16");

const every = {
  flags: tensor(Uint8Array.of(0, 1, 1), [3], "bool"),
  u8: tensor(Uint8Array.of(0, 255)),
  i8: tensor(Int8Array.of(-128, 127)),
  u16: tensor(Uint16Array.of(0, 65535)),
  i16: tensor(Int16Array.of(-32768, 32767)),
  u32: tensor(Uint32Array.of(0, 2 ** 32 - 1)),
  i32: tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
  u64: tensor(BigUint64Array.of(0n, 2n ** 64n - 1n)),
  i64: tensor(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
  half: tensor(halves(1.5, Infinity), [2], "float16"),
  brain: tensor(brains(1.5, -Infinity), [2], "bfloat16"),
  single: tensor(Float32Array.of(1.5)),
  double: tensor(Float64Array.of(-0.1)),
  z: tensor(Float32Array.of(1, 2, 3, -4), [2], "complex64"),
};

// safetensors 0.8 for Python, save() of the same tensors.
const fromPython =
  "KAMAAAAAAAB7InU2NCI6eyJkdHlwZSI6IlU2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiaTY0Ijp7ImR0eXBlIjoiSTY0Iiwi" +
  "c2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMTYsMzJdfSwiZG91YmxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpb" +
  "MzIsNDBdfSwieiI6eyJkdHlwZSI6IkM2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQwLDU2XX0sInNpbmdsZSI6eyJkdHlwZSI6IkYzMiIs" +
  "InNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzU2LDYwXX0sInUzMiI6eyJkdHlwZSI6IlUzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzYw" +
  "LDY4XX0sImkzMiI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzY4LDc2XX0sImJyYWluIjp7ImR0eXBlIjoiQkYxNiIs" +
  "InNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6Wzc2LDgwXX0sImhhbGYiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4" +
  "MCw4NF19LCJ1MTYiOnsiZHR5cGUiOiJVMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4NCw4OF19LCJpMTYiOnsiZHR5cGUiOiJJMTYiLCJz" +
  "aGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4OCw5Ml19LCJpOCI6eyJkdHlwZSI6Ikk4Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbOTIsOTRd" +
  "fSwidTgiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6Wzk0LDk2XX0sImZsYWdzIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBl" +
  "IjpbM10sImRhdGFfb2Zmc2V0cyI6Wzk2LDk5XX19ICAgAAAAAAAAAAD//////////wAAAAAAAACA/////////3+amZmZmZm5vwAAgD8AAABAAABAQAAA" +
  "gMAAAMA/AAAAAP////8AAACA////f8A/gP8APgB8AAD//wCA/3+AfwD/AAEB";

test("every dtype of the format is read and written as Python's library does", () => {
  expect(Buffer.concat(encodeSafetensors(every)).toString("base64")).toBe(fromPython);
  expect(decodeSafetensors(Buffer.from(fromPython, "base64")).tensors).toEqual(every);
});

test("complex128, which the format does not have, is refused", () => {
  const z = tensor(Float64Array.of(1, 2), [], "complex128");
  expect(() => encodeSafetensors({ z })).toThrow(
    expect.objectContaining({ code: "usage", message: "z: the safetensors format has no complex128" }),
  );
});

test("a bool that is neither 0 nor 1 is damage", () => {
  const bytes = new Uint8Array(Buffer.from(fromPython, "base64"));
  bytes[bytes.length - 1] = 2;
  expect(() => decodeSafetensors(bytes)).toThrow(/flags holds no bool: .*expected 0 or 1 for a bool, got 2/);
});
