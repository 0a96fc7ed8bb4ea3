import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from "../src/safetensors.ts";
import { type Tensor, tensor } from "../src/tensor.ts";
import { temporaryFolder } from "./temporary.ts";

/** A file with this header, of this length (the right one unless told otherwise), and this data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const json = typeof header === "string" ? Buffer.from(header) : Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.length));
  return new Uint8Array(Buffer.concat([prefix, json, data]));
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

/** By the bits, so that NaN, -0 and the like count. */
const bits = ({ dtype, shape, data }: Tensor) => ({
  dtype,
  shape,
  hex: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
});

const allBits = (tensors: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, bits(value)]));

const special = {
  pixels: tensor(Uint8Array.of(0, 7, 255)),
  weights: tensor(Float32Array.of(1.5, Number.NaN, -0, Infinity, -Infinity, 2 ** -149), [2, 3]),
  steps: tensor(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [2, 1]),
  loss: tensor(Float64Array.of(-0.1), []),
  nothing: tensor(new Float32Array(0), [0, 3]),
};

// safetensors 0.8 for Python, save() of the tensors `special` with metadata {"kind": "resnet20", "note": "ü"}.
const fromPython =
  "YAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoiw7wiLCJraW5kIjoicmVzbmV0MjAifSwic3RlcHMiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6" +
  "WzIsMV0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwibG9zcyI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjRdfSwi" +
  "bm90aGluZyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjRdfSwid2VpZ2h0cyI6eyJkdHlwZSI6IkYzMiIs" +
  "InNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsNDhdfSwicGl4ZWxzIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMi" +
  "Ols0OCw1MV19fSAgAAAAAAAAAID/////////f5qZmZmZmbm/AADAPwAAwH8AAACAAACAfwAAgP8BAAAAAAf/";

describe("encodeSafetensors", () => {
  const decode = (parts: readonly Uint8Array[]) => decodeSafetensors(new Uint8Array(Buffer.concat(parts)));

  test("what is encoded is decoded bit for bit, the widest numbers first and then by name", () => {
    const { tensors, metadata } = decode(encodeSafetensors(special, { kind: "resnet20", note: "ü" }));
    expect(allBits(tensors)).toEqual(allBits(special));
    expect(Object.keys(tensors)).toEqual(["steps", "loss", "nothing", "weights", "pixels"]);
    expect(metadata).toEqual({ kind: "resnet20", note: "ü" });
  });

  test("no tensors and no metadata", () => {
    expect(decode(encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  test("the parts share the tensors' buffers, and all numbers are aligned", () => {
    const [head, ...data] = encodeSafetensors(special);
    expect(head && head.byteLength % 8).toBe(0);
    expect(data.map((part) => part.buffer)).toEqual(
      [special.steps, special.loss, special.nothing, special.weights, special.pixels].map(({ data }) => data.buffer),
    );
    const whole = new Uint8Array(Buffer.concat([head ?? new Uint8Array(0), ...data]));
    for (const { data } of Object.values(decodeSafetensors(whole).tensors)) expect(data.buffer).toBe(whole.buffer);
  });

  test("a view of a larger buffer gives its own numbers alone", () => {
    const view = new Float32Array([1, 2, 3, 4, 5]).subarray(1, 3);
    expect(decode(encodeSafetensors({ view: tensor(view) })).tensors.view?.data).toEqual(Float32Array.of(2, 3));
  });

  test("the reserved name and a shape that does not fit are refused", () => {
    expect(() => encodeSafetensors({ __metadata__: special.loss })).toThrow("no tensor can be named __metadata__");
    const wrong: Tensor = { dtype: "float32", shape: [2], data: new Float32Array(3) };
    expect(() => encodeSafetensors({ wrong })).toThrow("wrong: shape [2] holds 2 numbers, got 3");
  });

  test("text that is no Unicode is refused", () => {
    for (const attempt of [
      () => encodeSafetensors({ "a\ud800": special.loss }),
      () => encodeSafetensors({}, { "\udc00": "" }),
      () => encodeSafetensors({}, { note: "\ud800" }),
    ]) {
      expect(attempt).toThrow(
        expect.objectContaining({ code: "usage", message: expect.stringMatching(/Unicode.*\\ud/) }),
      );
    }
  });

  test("the bytes are those of Python's library, and do not hang on the order given", () => {
    const whole = Buffer.concat(encodeSafetensors(special, { note: "ü", kind: "resnet20" }));
    expect(whole.toString("base64")).toBe(fromPython);
    const { pixels, ...others } = special;
    const shuffled = encodeSafetensors({ pixels, ...others }, { note: "ü", kind: "resnet20" });
    expect(Buffer.concat(shuffled).equals(whole)).toBe(true);
  });

  test("names that mean something to JavaScript are names", () => {
    const names = ["__proto__", "constructor", "toString", "0"];
    const tensors = Object.fromEntries(names.map((name) => [name, special.loss]));
    const metadata = Object.fromEntries(names.map((name) => [name, name]));
    const back = decode(encodeSafetensors(tensors, metadata));
    expect(Object.keys(back.tensors).sort()).toEqual([...names].sort());
    expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(metadata).sort());
  });
});

describe("decodeSafetensors", () => {
  test("a file written by Python", () => {
    const { tensors, metadata } = decodeSafetensors(Buffer.from(fromPython, "base64"));
    expect(allBits(tensors)).toEqual(allBits(special));
    expect(metadata).toEqual({ kind: "resnet20", note: "ü" });
  });

  test("numbers at odd places are copied, whatever the bytes lie in", () => {
    const data = new Uint8Array([9, ...new Uint8Array(Float64Array.of(0.1, -2).buffer), 0, 0, 128, 63]);
    const foreign = file(
      { a: entry("U8", [1], 0, 1), b: entry("F64", [2], 1, 17), c: entry("F32", [1], 17, 21) },
      data,
    );
    for (let shift = 0; shift < 8; shift++) {
      const shifted = Buffer.alloc(foreign.length + shift).subarray(shift);
      shifted.set(foreign);
      const { a, b, c } = decodeSafetensors(shifted).tensors;
      expect(a?.data).toEqual(Uint8Array.of(9));
      expect(b?.data).toEqual(Float64Array.of(0.1, -2));
      expect(c?.data).toEqual(Float32Array.of(1));
    }
  });

  const one = entry("F32", [1], 0, 4);
  const four = new Uint8Array(4);
  const damaged: Record<string, [bytes: Uint8Array, message: string]> = {
    nothing: [new Uint8Array(0), "expected a header, got 0 bytes"],
    "half a length": [new Uint8Array(7), "expected a header, got 7 bytes"],
    "a header cut short": [file("{}", four, 7n), "its header should be 7 bytes long, the file is 14"],
    "a header longer than the format allows": [file("{}", four, 100_000_001n), "should be 100000001 bytes long"],
    "a length that overflows": [file("{}", four, 2n ** 64n - 1n), "should be 18446744073709551615 bytes long"],
    "an empty header": [file(""), "its header is not JSON"],
    "a header that is not JSON": [file("{a}"), "its header is not JSON"],
    "a header that is not UTF-8": [file({}, Uint8Array.of(0xff, 0x7d), 3n), "its header is not JSON"],
    "a header that is no object": [file("[]"), "its header is no object"],
    "metadata that is no object": [file({ __metadata__: ["a"] }), "its __metadata__ is no object"],
    "a header as deep as it is long": [file(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`), "a: expected object"],
    "a name that is no Unicode": [file('{"\\ud800":{}}'), '"\\ud800" is not Unicode'],
    "metadata that is no Unicode": [file('{"__metadata__":{"a":"\\ud800"}}'), '"\\ud800" is not Unicode'],
    "one name for two parts of the data": [
      file(
        `{"a":${JSON.stringify(entry("F32", [1], 0, 4))},"a":${JSON.stringify(entry("F32", [1], 4, 8))}}`,
        new Uint8Array(8),
      ),
      "a begins at byte 4 of the data, expected 0",
    ],
    "metadata other than text": [file({ __metadata__: { n: 1 } }), "__metadata__.n: expected string, got 1"],
    "an entry without offsets": [file({ a: { dtype: "F32", shape: [1] } }, four), "a.data_offsets: expected tuple"],
    "a negative length": [file({ a: entry("F32", [-1], 0, 4) }, four), "a.shape.0: expected a number from 0, got -1"],
    "a broken length": [file({ a: entry("F32", [1.5], 0, 4) }, four), "a.shape.0: expected int"],
    "a negative offset": [file({ a: entry("F32", [1], -4, 0) }, four), "a.data_offsets.0: expected a number from 0"],
    "offsets past the end": [file({ a: entry("F32", [2], 0, 8) }, four), "take 8 bytes of data, the file has 4"],
    "data that nobody owns": [file({ a: one }, new Uint8Array(5)), "take 4 bytes of data, the file has 5"],
    "data without tensors": [file({}, four), "take 0 bytes of data, the file has 4"],
    "a gap": [
      file({ a: one, b: entry("F32", [1], 8, 12) }, new Uint8Array(12)),
      "b begins at byte 8 of the data, expected 4",
    ],
    "an overlap": [
      file({ a: one, b: entry("F32", [1], 2, 6) }, new Uint8Array(6)),
      "b begins at byte 2 of the data, expected 4",
    ],
    "offsets back to front": [
      file({ a: one, b: entry("F32", [1], 4, 0) }, four),
      "b ends at byte 0, before its beginning",
    ],
    "a shape too large": [file({ a: entry("F32", [2], 0, 4) }, four), "a of shape [2] needs 8 bytes, got 4"],
    "a shape too small": [file({ a: entry("F32", [0], 0, 4) }, four), "a of shape [0] needs 0 bytes, got 4"],
    "a shape beyond all numbers": [
      file({ a: entry("F32", [...Array(30).fill(2 ** 52), 0], 0, 4) }, four),
      "needs NaN bytes, got 4",
    ],
    "an unknown dtype": [file({ a: entry("F8_E4M3", [4], 0, 4) }, four), "a is F8_E4M3, expected one of U64,I64,F64,"],
    "a dtype that objects inherit": [file({ a: entry("toString", [4], 0, 4) }, four), "a is toString, expected one of"],
  };
  test.each(Object.entries(damaged))("%s is refused", (_, [bytes, message]) => {
    expect(() => decodeSafetensors(bytes, { name: "x.safetensors" })).toThrow(
      expect.objectContaining({ code: "file", message: expect.stringContaining(message) }),
    );
  });

  test("a valid file cut anywhere is refused", () => {
    const whole = Buffer.from(fromPython, "base64");
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length))).toThrow(expect.objectContaining({ code: "file" }));
    }
  });
});

describe("files", () => {
  test("a file larger than a chunk comes back", async () => {
    const path = join(await temporaryFolder(), "large.safetensors");
    const large = tensor(Float64Array.from({ length: 2_500_000 }, (_, index) => index / 3));
    await writeSafetensors(path, { large, ...special }, { epoch: "3" });
    const { tensors, metadata } = await readSafetensors(path);
    const { large: back, ...others } = tensors;
    expect(back?.data.every((value, index) => value === index / 3)).toBe(true);
    expect(back?.shape).toEqual([2_500_000]);
    expect(allBits(others)).toEqual(allBits(special));
    expect(metadata).toEqual({ epoch: "3" });
  });

  test("damage is reported with the path, as the caller says", async () => {
    const path = join(await temporaryFolder(), "damaged.safetensors");
    await writeSafetensors(path, special);
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(readSafetensors(path, { code: "checkpoint" })).rejects.toMatchObject({
      code: "checkpoint",
      message: `${path} cannot be read as safetensors: its tensors take 51 bytes of data, the file has 50`,
    });
  });

  test("a missing file stays a missing file", async () => {
    await expect(readSafetensors("/no/such.safetensors", { code: "checkpoint" })).rejects.toMatchObject({
      code: "file",
    });
  });
});
