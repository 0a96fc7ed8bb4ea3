/**
 * Protocol buffers' wire format, as far as event files need it: https://protobuf.dev/programming-guides/encoding/.
 * A message is the concatenation of its fields.
 */
const varintType = 0;
const fixed64Type = 1;
const bytesType = 2;
const fixed32Type = 5;

/** A whole number from 0 up. */
export function varint(field: number, value: number): Buffer {
  return Buffer.concat([encodedVarint(field * 8 + varintType), encodedVarint(value)]);
}

export function double(field: number, value: number): Buffer {
  return Buffer.concat([encodedVarint(field * 8 + fixed64Type), doubles([value])]);
}

export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([encodedVarint(field * 8 + fixed32Type), bytes]);
}

/** A text, or the concatenated fields of a message. */
export function bytes(field: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([encodedVarint(field * 8 + bytesType), encodedVarint(content.length), content]);
}

/** Many numbers in one field. */
export function packedDoubles(field: number, values: readonly number[]): Buffer {
  return bytes(field, doubles(values));
}

function doubles(values: readonly number[]): Buffer {
  const content = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) content.writeDoubleLE(value, 8 * i);
  return content;
}

/** Seven bits a byte, the lowest first; numbers beyond 32 bits have no bitwise operations here. */
function encodedVarint(value: number): Buffer {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
  return Buffer.from([...groups, rest]);
}

/** A field as it was read: a number's, or the content of one that has a length. */
export interface Field {
  readonly number: number;
  /** Of a varint; null for all others. */
  readonly value: number | null;
  /** Its bytes; empty for a varint. */
  readonly content: Buffer;
}

/** The fields of a message; none from where it is damaged on. */
export function* fieldsOf(message: Buffer): Generator<Field, void> {
  let at = 0;
  const next = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = next();
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (type === varintType) {
      yield { number, value: next(), content: Buffer.alloc(0) };
      continue;
    }
    const length = { [fixed64Type]: 8, [fixed32Type]: 4, [bytesType]: type === bytesType ? next() : 0 }[type];
    if (length === undefined || at + length > message.length) return;
    yield { number, value: null, content: message.subarray(at, at + length) };
    at += length;
  }
}
