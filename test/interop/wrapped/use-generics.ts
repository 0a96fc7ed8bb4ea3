/** Calls what test/fixtures/python/generics.py has through the client that `adsam wrap` makes of it. */
import assert from "node:assert/strict";
import { open, type PythonObject, type Tensor, tensor } from "adversarial-sampling";
import generics, {
  type Animal,
  type Box,
  type Dog,
  type Entry,
  type Kennel,
  type Page,
  type Pair,
  type Stack,
} from "./generics.client.ts";

const folder = process.argv[2] ?? ".";
await using backend = await open({ backend: "torch", device: "cpu" });
const py = await backend.use(generics, { folder });

// What goes in says what comes out: the compiler holds each of these types.
const one: number = await py.first([1, 2]);
const word: string = await py.identity("a", { times: 2 });
const lengths: readonly number[] = await py.mapped((text) => text.length, ["a", "bcd"]);
const later: string = await py.awaited(async (n) => `${n + 1}`, 1);
const pairs: number[] = [];
for await (const batch of await py.batched(new Set([1, 2, 3]))) pairs.push(batch.length);
const counts: Readonly<Record<string, number>> = await py.counted(["a", "b", "a"]);
const ofNumbers: ReadonlyMap<number, number> = await py.counted([1, 1]);
const inverted: ReadonlyMap<number, string> = await py.inverted({ a: 1, b: 2 });
assert.deepEqual([one, word, lengths, later, pairs, counts], [1, "a", [1, 3], "2", [2, 1], { a: 2, b: 1 }]);
assert.deepEqual([ofNumbers.get(1), inverted.get(2)], [2, "b"]);
// @ts-expect-error a list of numbers has a number first
const wrong: string = await py.first([1]);
assert.equal(wrong, 1);

// A variable of a few types has a form for each, and one of numbers or tensors is what it is bound to.
const text: string = await py.doubled("ab");
const bytes: Uint8Array = await py.doubled(Uint8Array.of(1));
const larger: number = await py.larger(1, 2.5);
const halved: Tensor = await py.halved(tensor(Float32Array.of(4)));
assert.deepEqual([text, [...bytes], larger, [...halved.data]], ["abab", [1, 1], 2.5, [2]]);
// @ts-expect-error neither a text nor bytes
await assert.rejects(py.doubled(1), { code: "usage", message: /^generics\.doubled: no form of it takes these/ });

// An object comes as an instance of its own class, whichever the variable was bound to.
await using dog: Dog = await py.louder(await py.Dog.create({ volume: 1 }), { by: 2 });
assert.deepEqual([await dog.bark(), await (await py.first([dog])).volume], ["wuff!!!", 3]);
const deep: readonly (readonly [Dog])[] = await py.identity([[dog]]);
assert.equal(await deep[0]?.[0].bark(), "wuff!!!");
const animal: Animal = await py.made(py.Animal);
assert.equal(await animal.volume, 0);
const handle: unknown = await py.identity(dog.$);
assert.ok(handle !== null);
// @ts-expect-error not an animal
await assert.rejects(py.louder(3), { code: "usage", message: "generics.louder: animal: expected Animals, got 3" });
const kennel: Kennel<Dog> = await py.Kennel.create(dog);
assert.equal(await (await kennel.animal).bark(), "wuff!!!");

// Classes of variables, what derives from them, and what their methods make.
const stack = await py.Stack.create({ items: [1, 2] });
const top: number | null = await stack.top;
const popped: number = await (await stack.push(3)).pop();
const texts: Stack<string> = await stack.map((n) => `${n}!`);
assert.deepEqual([top, popped, await texts.pop(), await stack.items], [2, 3, "2!", [1, 2]]);
// @ts-expect-error a stack of numbers
await stack.push("a");
const empty: Stack<Dog> = await py.Stack.create<Dog>();
assert.equal(await (await (await empty.push(dog)).pop()).bark(), "wuff!!!");
const words = await py.Words.create({ items: ["a", "b"] });
const last: string = await words.pop();
const lists = await py.Lists.create({ items: [[1], [2, 3]] });
const list: readonly number[] = await lists.pop();
assert.deepEqual([await words.joined(), last, list], ["a", "b", [2, 3]]);
const repo = await py.Repo.create<string, Dog>();
await repo.put("a", dog);
const entries: readonly (readonly [string, Dog])[] = await repo.entries();
assert.deepEqual([await (await repo.get("a"))?.bark(), entries[0]?.[0]], ["wuff!!!", "a"]);
const kept: PythonObject | null = await stack.with({ keep: true }).pop();
assert.equal(await kept?.text(), "a");
assert.equal(await py.anything(stack), 2);

// Records of variables, and what an annotation gives these is checked when it comes.
const pair: Pair<number, string> = await py.Pair(1, "a");
const swapped: Pair<string, number> = await py.Pair.swapped(pair);
const named: Pair<boolean, string> = await py.Named.swapped(await py.Named("x", true));
assert.deepEqual([swapped.first, swapped.second, named.first], ["a", 1, true]);
const box: Box<number> = await py.boxed(3);
const opened: number = await py.Box.opened(box);
assert.deepEqual([opened, await py.Box.opened(await py.Box({ value: "a" }))], [3, "a"]);
const numbers: Box<number> = await py.Numbers({ value: 2 });
// @ts-expect-error by the name that pydantic gives it there is none
assert.equal(py["Box[int]"], undefined);
const page: Page<string> = await py.Page({ items: ["a"], next: await py.Page({ items: ["b"] }) });
const flat: readonly string[] = await py.flat(page);
assert.deepEqual([numbers.value, flat, page.next?.items[0]?.length], [2, ["a", "b"], 1]);

// Pairs of a Map, or of an object; fields as a module's later annotations say; attributes given several at once.
const numbered: Entry<number, string> = await py.Entry.last(new Map([[1, "a"]]));
const lettered: Entry<string, number> = await py.Entry.last({ a: 1, b: 2 });
const values: readonly [string, number] = [await numbered.value, await lettered.value];
const step: { readonly index: number; readonly name: string } = await py.Step(1, { name: "a" });
assert.deepEqual([values, await lettered.key, step, (await py.Scaled(2, { by: 3 })).size], [["a", 2], "b", step, 6]);
// @ts-expect-error not an index
await assert.rejects(py.Step("a"), { code: "usage" });
await assert.rejects(py.Closable.create(), /Protocols cannot be instantiated/);
await assert.rejects(py.mispaired(), {
  code: "python",
  message: "generics.mispaired.second: expected str as it is declared, got 2",
});
const ints: Stack<number> = await py.ints();
assert.equal(await ints.pop(), 2);
await assert.rejects(async () => (await py.liar()).pop(), {
  message: 'generics.Stack.pop: expected int as it is declared, got "a"',
});
const gave: boolean = await py.timed((x: number) => x > 1, 2);
assert.equal(gave, true);
console.log("all");
