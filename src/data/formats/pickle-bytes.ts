const newline = 0x0a;

/** Bytes that are read one after another. Throws a RangeError at their end. */
export class Bytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    if (length < 0 || part.length < length) throw new RangeError(`it ends at byte ${this.#bytes.length}`);
    this.#at += length;
    return part;
  }

  skip(length: number): void {
    this.take(length);
  }

  /** Little-endian. */
  int(length: 1 | 2 | 4, signed = false): number {
    const at = this.#at;
    this.skip(length);
    if (length === 1) return this.#view.getUint8(at);
    if (length === 2) return this.#view.getUint16(at, true);
    return signed ? this.#view.getInt32(at, true) : this.#view.getUint32(at, true);
  }

  /** Of eight bytes, as far as anything can be as long. */
  length(): number {
    const at = this.#at;
    this.skip(8);
    return Number(this.#view.getBigUint64(at, true));
  }

  /** Two's complement of any length. */
  long(length: number): bigint {
    const digits = [...this.take(length)].reverse();
    const value = digits.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    return BigInt.asIntN(8 * length, value);
  }

  /** Big-endian, alone of all. */
  double(): number {
    const at = this.#at;
    this.skip(8);
    return this.#view.getFloat64(at);
  }

  text(length: number): string {
    return Buffer.from(this.take(length)).toString("utf8");
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(newline, this.#at);
    const line = Buffer.from(this.take((end < 0 ? this.#bytes.length : end) - this.#at)).toString("latin1");
    this.skip(1);
    return line;
  }
}
