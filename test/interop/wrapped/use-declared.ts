/** Calls what test/fixtures/python/declared.py has through the client that `adsam wrap` makes of it. */
import assert from "node:assert/strict";
import { coroutine, keywords, open } from "adversarial-sampling";
import declared from "./declared.client.ts";

const folder = process.argv[2] ?? ".";
await using backend = await open({ backend: "torch", device: "cpu" });
const py = await backend.use(declared, { folder });
const refused = (call: Promise<unknown>, message: string) => assert.rejects(call, { code: "usage", message });

// Defaults beside typed **kwargs, a parameter called options, and places that are left out.
assert.equal(await py.joined("a", "b"), "a,b");
assert.equal(await py.joined("a", keywords({ sep: "-", n: 1 })), "a-n=1.0");
assert.equal(await py.styled(1, { s: "px", width: 2 }), "1px{'width': 2.0}");
assert.equal(await py.styled(1), "1{}");
// @ts-expect-error a name with a type of its own
await refused(py.styled(1, { s: 2 }), "declared.styled: s: expected str, got 2");
await refused(py.styled(1, { width: "2" }), 'declared.styled: width: expected float, got "2"');
assert.equal(await py.configured({ a: 1 }, { scale: 3 }), 3);
assert.deepEqual([...(await py.placed(1, undefined, undefined, { d: 8 }))], [1, 2, 3, 8]);
assert.deepEqual([...(await py.placed(1, 5, undefined))], [1, 5, 3, 4]);
const between = "declared.placed: b: expected a value, as others stand after it, got none";
await refused(py.placed(1, undefined, 5), between);

// A callback may give nothing where None is declared, and is awaited where Python awaits it.
const told: unknown[] = [];
const tell = (event: string, step: number) => {
  told.push(event, step);
};
assert.equal(await py.on("x", tell), "None None");
const maybe = () => {
  if (told.length > 99) return 1;
};
assert.equal(await py.on("y", (event) => told.push(event), { maybe }), "None None");
assert.deepEqual(told, ["x", 1, "y"]);
assert.equal(await py.doubled(async (x) => x * 2), 6);
assert.equal(await py.doubled((x) => x + 1), 5);
assert.equal(await py.doubled(py.inc), 5);
assert.equal(
  await py.$.method(
    "doubled",
    coroutine((x: number) => 5 * x),
  ),
  15,
);
await refused(
  py.doubled(async function half() {
    return "a" as never;
  }),
  'what half returns: expected int, got "a"',
);
await assert.rejects(
  py.doubled(() => Promise.reject(new TypeError("mine"))),
  { name: "TypeError", message: "mine" },
);
console.log("all");
