import { closeSync, openSync, readSync, writeFileSync } from "node:fs";

const headBytes = 4;

/**
 * Two pipes to a session's Python, for code that cannot wait: each message is its length as four bytes, the lowest first, and so
 * many bytes of text. adsam_bridge/side_door.py has the other ends.
 */
export class SideDoor {
  readonly #requests: number;
  readonly #answers: number;

  private constructor(requests: number, answers: number) {
    this.#requests = requests;
    this.#answers = answers;
  }

  /** Python has both of them open, so that this waits for nothing. */
  static open({ requests, answers }: { readonly requests: string; readonly answers: string }): SideDoor {
    return new SideDoor(openSync(requests, "w"), openSync(answers, "r"));
  }

  /** What is answered; undefined when Python ends instead. Blocks meanwhile. */
  ask(text: string): string | undefined {
    const body = Buffer.from(text);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(body.length);
    try {
      writeFileSync(this.#requests, Buffer.concat([head, body]));
    } catch (error) {
      if (Reflect.get(Object(error), "code") === "EPIPE") return undefined;
      throw error;
    }
    const length = this.#read(headBytes)?.readUInt32LE();
    return length === undefined ? undefined : this.#read(length)?.toString();
  }

  close(): void {
    closeSync(this.#requests);
    closeSync(this.#answers);
  }

  #read(count: number): Buffer | undefined {
    const bytes = Buffer.alloc(count);
    for (let read = 0; read < count; ) {
      const more = readSync(this.#answers, bytes, read, count - read, null);
      if (more === 0) return undefined;
      read += more;
    }
    return bytes;
  }
}
