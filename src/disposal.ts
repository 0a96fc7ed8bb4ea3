/**
 * Node 20 and 22 know `await using` by a symbol that they add to their own context alone. Jest and vitest's vm pools run us in
 * others, where neither our own blocks nor the user's could close a backend.
 */
const symbols: { asyncDispose?: symbol } = Symbol;
symbols.asyncDispose ??= Symbol("Symbol.asyncDispose");
