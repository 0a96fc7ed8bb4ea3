/** Calls what test/fixtures/python/declared.py has through the client that `adsam wrap` makes of it. */
import assert from "node:assert/strict";
import { coroutine, Float, keywords, open, type PythonObject, type Tensor, tensor } from "adversarial-sampling";
import declared, { type Meter, type Trainer } from "./declared.client.ts";
import packed, { type Engine, type Engine_ } from "./packed.client.ts";

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

// A protocol of Python's takes whatever has its methods, numbers and texts too.
assert.deepEqual(await py.tagged("a", [1, 2], 0.5), ["a", 2, 0.5]);
assert.deepEqual(await py.tagged(1, new Map([[1, 2]]), new Float(2)), [1, 1, 2]);

// After *args an object is not taken for a dict where it may be meant as options.
const object = (place: string, came: string) =>
  `declared.${place}: expected options in keywords({ … }), got the object ${came}`;
await refused(py.logged("info", 1, { sep: "-" }), object("logged: parts[1]", '{"sep":"-"}'));
await refused(py.logged("info", { step: 1 }), object("logged: parts[0]", '{"step":1}'));
// @ts-expect-error the place of a number
await refused(py.stacked(1, { dim: 1 }), object("stacked: scale", '{"dim":1}'));
await refused(py.stacked(1, 2, {}), object("stacked: others[0]", "{}"));
// @ts-expect-error an object where texts are declared
await refused(py.joined("a", { sep: "-" }), object("joined: rest[0]", '{"sep":"-"}'));
assert.equal(await py.logged("info", 1, keywords({ sep: "-", step: 2 })), "info-1-step=2");
assert.equal(await py.logged("info", new Map([["a", 1]])), "info {'a': 1}");
assert.deepEqual(await py.stacked({ dim: 1 }), [{ dim: 1 }, 1, 0]);
assert.deepEqual(await py.stacked(1, 2, { other: 1 }), [1, 2, { other: 1 }, 0]);
assert.equal(await py.merged({ a: 1 }, { start: 2 }), 3);
assert.equal(await py.merged({ a: 1 }, keywords({ start: 2 })), 3);

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

// What docstrings say, a partial's among them.
const vector = (...values: number[]) => tensor(Float64Array.from(values));
const parts: Tensor = await py.parted(vector(1, 2), [3, 4], { e: 1 });
assert.deepEqual([...parts.data], [5, 7]);
const even: boolean = await py.even(2);
const half: number = await py.halved(3);
assert.deepEqual([even, half, await py.squared(3)], [true, 1.5, 9]);
const identity = await (await backend.import("torch.nn")).method<PythonObject>("Identity");
const gathered: readonly Tensor[] = await py.gathered(identity, [1], 2.5, null, { times: 3 });
assert.deepEqual(
  gathered.map(({ data }) => [...data]),
  Array(3).fill([2.5, 2.5]),
);
// @ts-expect-error a list of ints
await refused(py.gathered(identity, ["1"], 2, vector(1)), 'declared.gathered: sizes[0]: expected int, got "1"');

// Attributes that the constructor and what it calls give an instance.
await using meter = await py.Meter.create("loss", { unit: "nats" });
const [name, unit, count]: [string, string | null, number] = [await meter.name, await meter.unit, await meter.count];
const changing: unknown = [await meter.scale, await meter.sum];
assert.deepEqual([name, unit, count, changing], ["loss", "nats", 0, [1, 0]]);

// Methods of what crosses by value, which change it in place.
const trainer: Trainer = await py.Trainer(1);
assert.equal(await py.Trainer.fit(trainer, 2), 0.25);
assert.deepEqual([trainer.rate, [...trainer.losses]], [0.25, [1, 0.5]]);
assert.equal((await py.Trainer.slow()).rate, 0.125);
assert.equal(await py.Trainer.name("my "), "my trainer");
const last: number | null = await py.Trainer.last(trainer);
const doubled: Trainer = await py.Trainer.doubled(trainer);
const product: number = await py.Trainer.call(trainer, 2, { times: 3 });
assert.deepEqual([last, doubled.rate, product, trainer.losses.at(-1)], [0.5, 0.5, 1.5, 2]);
const own: string = await py.Trainer.call$(trainer);
assert.deepEqual([own, (await py.Trainer.copy(trainer)).losses.length], ["a method of its own", 3]);
assert.equal(await (await py.with({ keep: true }).Trainer.last(trainer))?.text(), "2.0");
// @ts-expect-error a trainer is what has it
await refused(py.Trainer.last(1), "declared.Trainer.last: self: expected Trainer, got 1");
const settings = await py.Settings({ countName: 2 });
assert.equal(await py.Settings.half(settings), 1);
assert.deepEqual([(await py.Settings.raised(settings, 3)).count, settings.count], [5, 5]);
// @ts-expect-error not what the alias is annotated as
await refused(py.Settings({ countName: "2" }), 'declared.Settings: countName: expected int, got "2"');

// The constructors of what has fields take what the fields are annotated as, in text and in another module too.
const span = await py.Span(1, { next: await py.Span(2.5) });
assert.equal(await py.Span.length(span), 1.5);
// @ts-expect-error not a span
await refused(py.Span(1, { next: 2 }), "declared.Span: next: expected Span | None, got 2");
assert.deepEqual({ ...(await py.Window(0.5, span, { scale: 4 })) }, { size: 2, span });
// @ts-expect-error not a number
await refused(py.Window("wide", span), 'declared.Window: size: expected float, got "wide"');
// @ts-expect-error an InitVar is what it is of
await refused(py.Window(1, span, { scale: "2" }), 'declared.Window: scale: expected int, got "2"');

// Asked in another way: with a signal, told what is printed and changed, kept in Python.
const printed: string[] = [];
await py.with({ onOutput: (line) => printed.push(line) }).chatty(2);
const stop = new AbortController();
const forever = py.with({ signal: stop.signal }).endless();
setTimeout(() => stop.abort(), 100);
await assert.rejects(forever, { code: "cancelled" });
const changed: string[] = [];
await py.with({ onChanged: (place) => changed.push(place) }).Trainer.fit(trainer, 1);
assert.deepEqual([printed, changed.length > 0], [["computing 2"], true]);
const keeping = py.with({ keep: true, onOutput: () => {} });
const ones: PythonObject = await keeping.chatty(3);
assert.equal(await py.summed(ones), 3);
const again: Meter = await (await keeping.Meter.create("kept")).with({ keep: true }).update(2);
const kept: PythonObject = await again.with({ keep: true }).count;
assert.deepEqual([await kept.text(), await again.count], ["1", 1]);
assert.equal(await (await keeping.joined("a", "b", keywords({ n: 1 }))).text(), "a,b,n=1.0");

// A class under two names is one, and two of the same name are two.
const { packed: whole, "packed.core": core, "packed.other": other } = await backend.use(packed, { folder });
const engine: Engine = await (await whole.Engine.create(3)).twin();
const same: Engine = await core.Engine.create(await engine.size);
const unlike: Engine_ = await (await other.Engine.create("steam")).like();
assert.deepEqual([await same.size, await unlike.kind], [3, "steam"]);
console.log("all");
