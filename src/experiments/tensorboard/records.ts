/**
 * TFRecord, in which event files are framed: the length as a 64-bit integer, its checksum, the content, its checksum; all
 * little-endian (https://www.tensorflow.org/tutorials/load_data/tfrecord).
 */
const lengthBytes = 8;
const checksumBytes = 4;
const maskDelta = 0xa282ead8;

/** CRC-32C, of Castagnoli's polynomial, byte by byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
  return crc;
});

function maskedChecksum(content: Uint8Array): number {
  let crc = ~0;
  for (const byte of content) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const sum = ~crc >>> 0;
  return (((sum >>> 15) | (sum << 17)) + maskDelta) >>> 0;
}

/** One record as it stands in a file. */
export function framed(content: Buffer): Buffer {
  const record = Buffer.alloc(lengthBytes + checksumBytes + content.length + checksumBytes);
  record.writeBigUInt64LE(BigInt(content.length));
  record.writeUInt32LE(maskedChecksum(record.subarray(0, lengthBytes)), lengthBytes);
  content.copy(record, lengthBytes + checksumBytes);
  record.writeUInt32LE(maskedChecksum(content), record.length - checksumBytes);
  return record;
}

/** The records of a file, from its beginning to the first that is damaged or was cut off. */
export function* recordsIn(file: Buffer): Generator<Buffer, void> {
  let at = 0;
  while (at + lengthBytes + checksumBytes <= file.length) {
    const length = file.subarray(at, at + lengthBytes);
    const start = at + lengthBytes + checksumBytes;
    const end = start + Number(length.readBigUInt64LE());
    if (file.readUInt32LE(at + lengthBytes) !== maskedChecksum(length) || end + checksumBytes > file.length) return;
    const content = file.subarray(start, end);
    if (file.readUInt32LE(end) !== maskedChecksum(content)) return;
    yield content;
    at = end + checksumBytes;
  }
}
