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
