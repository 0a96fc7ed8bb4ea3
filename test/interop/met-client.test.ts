import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, compiled, modules, project, ran } from "./wrapped/project.ts";

const opening = `
  import { type Complex, type EnumMember, type PythonObject, type Tensor, bytearray, open, tensor } from "adversarial-sampling";
  import client, { type Config, type Loose, type Movie, type User } from "./met.client.ts";
  await using backend = await open({ backend: "torch", device: "cpu" });
  const py = await backend.use(client, { folder: ${JSON.stringify(modules)} });
  const failed = (run: () => Promise<unknown>) => run().then(String, ({ code, message, suggestion }) => console.log(code, message, suggestion ?? ""));
`;

test("classes written in C or made by their fields are in the client, and enumerations with their members", async () => {
  const folder = await project(await temporaryFolder());
  const wrapped = await adsam("wrap", "met", "--folder", modules, "-o", join(folder, "met.client.ts"));
  expect(wrapped.code).toBe(0);
  const printed = await ran(
    folder,
    `${opening}
    const movie: Movie = await py.Movie({ name: "M" });
    const user: User = await py.User({ name: "bob" });
    console.log(movie, user);
    // @ts-expect-error a field that there is not
    await failed(() => py.User({ name: "bob", agge: 1 }));
    await using failure = await py.Failure.create("told");
    console.log(await failure.$.text());
    await using count = await py.Count.create(3);
    console.log(await py.text(count));
    await using loose = await py.Loose.create();
    console.log(await loose.twice(4));
    const colour: EnumMember<"RED"> = py.Colour.RED;
    console.log(colour.value, await py.told(colour), await py.told(py.Colour.DARK));
    // @ts-expect-error a member that there is not
    const wrong: typeof colour = py.Colour.DARK;
    const both: EnumMember = await py.mixed(py.Mode.READ, { more: py.Mode.WRITE });
    console.log(both.name, (await py.mixed(both)).value);
    console.log(await py.name_of(py.Loose), await py.named({ name: "x" }));
    const config: Config = await py.Config(1, { tags: ["a"] });
    console.log(await py.tuned(config), await py.tuned({ lr: 2, tags: [], steps: 4 }));
    `,
  );
  expect(await compiled(folder)).toBe("");
  expect(printed.split("\n")).toEqual([
    "{ name: 'M' } { name: 'bob', age: 0 }",
    "usage met.User: expected options of these names: name, age, got agge ",
    "told",
    "3",
    "8",
    "red RED DARK",
    "READ|WRITE 3",
    "Loose x0",
    "[ 1, [ 'a' ], 3 ] [ 2, [], 4 ]",
    "",
  ]);
  const contract = join(folder, "met.client.contract.json");
  await writeFile(contract, (await readFile(contract, "utf8")).replaceAll('"RED"', '"ROT"'));
  const changed = await adsam("wrap", "met", "--folder", modules, "-o", join(folder, "met.client.ts"), "--check");
  expect(changed).toMatchObject({ code: 1, stdout: expect.stringContaining("met.Colour.ROT was removed") });
  expect(changed.stdout).toContain("met.told(colour) no longer has ROT of Colour");
}, 120_000);

test("values go and come as they are declared, and what does not fit is named to its innermost part", async () => {
  const folder = await project(await temporaryFolder());
  await adsam("wrap", "met", "--folder", modules, "-o", join(folder, "met.client.ts"));
  const printed = await ran(
    folder,
    `${opening}
    const cube: number = await py.cubed(3);
    const z: Complex = await py.conjugate(3);
    const h: Tensor = await py.entropy(tensor(Float64Array.of(0.5, 0.5)));
    console.log(cube, z.real, z.imag, h.dtype, h.shape, h.data[0]);
    await failed(() => py.cubed(2 ** 20));
    await failed(() => py.cubed(Number.NaN));
    await failed(() => py.label({ 1: "a" } as never, 1));
    console.log(await py.label(new Map([[1, "a"]]), 1));
    await failed(() => py.tuned({ lr: "x" as never, tags: [], steps: 1 }));
    await failed(() => py.tuned({ lr: 1, tags: ["a", 1 as never], steps: 1 }));
    await failed(() => py.tuned({ lr: 1 } as never));
    const bytes = new Uint8Array([1]);
    await py.append(bytes);
    const scores = [1, 2];
    await py.fill(scores);
    console.log(await (await py.Odd.create(4)).constructor);
    const loose: Loose = await (await py.Loose.create()).itself();
    const manager: PythonObject = await py.managed(3);
    await using entered = await manager.enter<number>();
    const listed: number[] = [];
    for await (const one of await py.listed()) listed.push(one);
    const [pair, one]: [readonly [number, number], number] = [await py.drawn(1), await py.drawn(2, { sample: false })];
    console.log(entered.value, listed, pair, one, await py.before(1, 2), await py.before());
    await failed(() => py.drawn(1, { sample: 3 as never }));
    console.log(await py.applied((own) => own.twice(4) as Promise<number>, loose));
    await failed(() => py.applied(function wrong() { return "a" as never; }, loose));
    console.log(await py.given(py.cubed), await py.given(loose.itself), await py.given(() => 1));
    // @ts-expect-error none of those that the docstring lists
    await failed(() => py.chosen("d"));
    console.log(await py.doubled(4), await py.toString({ constructor: 2 }));
    console.log(bytes[0], scores, await py.total({ a: 1, b: 2 }));
    await using noisy = await py.Noisy.create(2, { bias: false });
    const [mean, noise, features]: [Tensor, Tensor | null, number] = [await noisy.mean, await noisy.noise, await noisy.features];
    await noisy.freeze();
    console.log(mean.shape, noise, features, await noisy.scale, (await noisy.noise)?.data, await noisy.offset, await noisy.steps);
    async function* batches() { yield tensor(new Float32Array(6), [3, 2]); yield [1, 2]; }
    console.log(await py.rows(batches()), await py.rows([[1], [2]]));
    // @ts-expect-error nothing that is iterated over
    await failed(() => py.rows(3));
    `,
  );
  expect(await compiled(folder)).toBe("");
  expect(printed.split("\n")).toEqual([
    "27 3 0 float64 [] 0.6931471805599453",
    "python met.cubed: expected int as it is declared, got 1152921504606846976 ask for it by the handle $, which gives a bigint",
    "usage met.cubed: n: expected int, got NaN ",
    'usage a key of met.label: names: expected int, got "1" ',
    "a",
    'usage met.tuned: config.lr: expected float, got "x" ',
    "usage met.tuned: config.tags[1]: expected str, got 1 ",
    "usage met.tuned: config.tags: expected list[str], got undefined ",
    "4",
    "3 [ 1, 2 ] [ 1, 1 ] 2 [ 1, 2 ] [ 0 ]",
    "usage met.drawn: no form of it takes these: sample: expected true, got 3; or: sample: expected false, got 3 ",
    "8",
    'usage what wrong returns: expected int, got "a" ',
    "met met typescript",
    'usage met.chosen: mode: expected "b" or "a" or "c", got "d" ',
    "8 2",
    "7 [ 0.5, 2, 2 ] 3",
    "[ 2 ] null 2 2 Float32Array(2) [ 0.5, 0.5 ] null 0",
    "5 2",
    "usage met.rows: loader: expected torch.utils.data.dataloader.DataLoader, got 3 ",
    "",
  ]);
}, 120_000);
