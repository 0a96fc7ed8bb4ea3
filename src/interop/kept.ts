import { AdsamError } from "../errors.ts";
import type { Asker } from "./asker.ts";

/** An object that is kept in Python until nobody has a handle to it. */
export class Kept {
  readonly asker: Asker;
  readonly number: number;
  released = false;

  constructor(asker: Asker, number: number) {
    this.asker = asker;
    this.number = number;
    forgotten.register(this, { asker, number }, this);
  }

  /** @throws AdsamError `usage` when it was released. */
  requireLife(type: string): void {
    if (!this.released) return;
    throw new AdsamError("usage", `this object, a ${type}, was disposed of`, {
      suggestion: "dispose of a handle after its last use",
    });
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    forgotten.unregister(this);
    this.asker.release(this.number);
  }
}

const forgotten = new FinalizationRegistry<{ readonly asker: Asker; readonly number: number }>(({ asker, number }) =>
  asker.release(number),
);
