/** Bytes moved by one system call: enough for full speed, few enough that a thread of the pool is soon free again. */
export const chunkBytes = 8 * 2 ** 20;

/** Cuts long parts and gathers short ones, so that every chunk but the last holds `chunkBytes`. */
export function* chunks(parts: readonly (Uint8Array | string)[]): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let room = chunkBytes;
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    for (let start = 0; start < bytes.byteLength; ) {
      const piece = bytes.subarray(start, start + room);
      chunk.push(piece);
      start += piece.byteLength;
      room -= piece.byteLength;
      if (room === 0) {
        yield chunk;
        chunk = [];
        room = chunkBytes;
      }
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** What is left of the pieces once so many bytes of them are written. */
export function without(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let done = written;
  const left: Uint8Array[] = [];
  for (const piece of pieces) {
    if (done < piece.byteLength) left.push(piece.subarray(done));
    done = Math.max(0, done - piece.byteLength);
  }
  return left;
}
