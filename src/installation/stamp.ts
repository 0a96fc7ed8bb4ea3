import { readFileSync } from "node:fs";
import { writeFileAtomically } from "../files.ts";

/** A small file, written last, that says of what something was made: without it, that is half-made. */
export class Stamp {
  readonly #path: string;
  readonly #contents: () => object;

  /** @param contents what it is made of now; throws where a part of it is missing. */
  constructor(path: string, contents: () => object) {
    this.#path = path;
    this.#contents = contents;
  }

  /** Whether it was made of what is there now. */
  isCurrent(): boolean {
    try {
      return readFileSync(this.#path, "utf8") === this.#text();
    } catch {
      return false;
    }
  }

  async write(): Promise<void> {
    await writeFileAtomically(this.#path, [this.#text()]);
  }

  #text(): string {
    return `${JSON.stringify(this.#contents(), null, 2)}\n`;
  }
}
