/** Who is told of taps: one for the whole process, however many copies of this module there are. */
const listening = Symbol.for("adversarial-sampling.tap");

/** Is told of each tap. */
export type TapListener = (name: string, tensor: unknown) => void;

/**
 * The tensor itself. While a port is followed (`bisectPort`), its counterpart is what Python's `tap` of that name was given
 * (`from adversarial_sampling.tap import tap`); otherwise nothing happens.
 */
export function tap<T>(name: string, tensor: T): T {
  const listener: TapListener | undefined = Reflect.get(globalThis, listening);
  listener?.(name, tensor);
  return tensor;
}

/** Has a listener told of what is tapped until `use` has ended. */
export async function listeningToTaps<T>(listener: TapListener, use: () => Promise<T>): Promise<T> {
  const before: unknown = Reflect.get(globalThis, listening);
  Reflect.set(globalThis, listening, listener);
  try {
    return await use();
  } finally {
    Reflect.set(globalThis, listening, before);
  }
}
