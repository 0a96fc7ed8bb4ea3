import type { Callback } from "./wire.ts";

export type Values = AsyncIterable<unknown> | Iterable<unknown>;
const knownSteps = new WeakMap<object, Callback>();

/** The function by which Python walks over an iterable of ours: it begins, asks for a value at a time, and ends. */
export function stepsOf(values: Values): Callback {
  const known = knownSteps.get(values);
  if (known !== undefined) return known;
  const walks = new Map<number, AsyncIterator<unknown> | Iterator<unknown>>();
  const begin = () => {
    const number = Math.max(0, ...walks.keys()) + 1;
    walks.set(number, Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]());
    return number;
  };
  const steps = async (step: "begin" | "next" | "end", number = 0) => {
    if (step === "begin") return begin();
    const walk = walks.get(number);
    if (step === "next") {
      const { done, value } = (await walk?.next()) ?? { done: true, value: undefined };
      return done ? [] : [value];
    }
    walks.delete(number);
    await walk?.return?.();
    return null;
  };
  knownSteps.set(values, steps);
  return steps;
}
