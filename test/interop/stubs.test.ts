import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, compiled, modules, project, ran } from "./wrapped/project.ts";

test("types come from a stub and from what is imported for type checkers, and classes in containers are their clients", async () => {
  const folder = await project(await temporaryFolder());
  const client = join(folder, "gauges.client.ts");
  const { code, stderr } = await adsam("wrap", "gauges", "--folder", modules, "-o", client);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining("gauges.doubled(t): annotated as Thing, which is not there at run time"),
  });
  const printed = await ran(
    folder,
    `
    import { type Tensor, open, tensor } from "adversarial-sampling";
    import client, { type Gauge } from "./gauges.client.ts";
    await using backend = await open({ backend: "torch", device: "cpu" });
    const py = await backend.use(client, { folder: ${JSON.stringify(modules)} });
    const gauges: readonly Gauge[] = await py.gauges(["a", "b"]);
    const second: Gauge = await (gauges[1] as Gauge).rise({ by: 3 });
    const level: number = await second.level;
    const name: string = await second.name;
    console.log(level, name);
    await using board = await py.Board.create();
    const named: Readonly<Record<string, Gauge>> = await board.named(["c"]);
    console.log(await named.c?.name);
    const [first, count]: readonly [Gauge | null, number] = await board.first(gauges);
    console.log(await first?.name, count, await board.first([]));
    for await (const gauge of await board.each(2)) console.log(await gauge.name);
    const pair: readonly [string, number] = await py.pick("x");
    const alone: string = await py.pick("x", { flag: false });
    console.log(pair, alone);
    const twice: readonly Tensor[] = await py.doubled(tensor(Float32Array.of(1)));
    console.log(twice.length);
    `,
  );
  expect(await compiled(folder)).toBe("");
  expect(printed).toBe("3 b\nc\na 2 [ null, 0 ]\n0\n1\n[ 'x', 1 ] x\n2\n");
}, 120_000);

test("a folder of stubs beside the package has them too", async () => {
  const folder = await project(await temporaryFolder());
  await mkdir(join(folder, "bare"));
  await writeFile(join(folder, "bare/__init__.py"), "");
  await writeFile(join(folder, "bare/core.py"), "def f(a, b=None):\n    return a\n");
  await mkdir(join(folder, "bare-stubs"));
  await writeFile(join(folder, "bare-stubs/core.pyi"), "def f(a: bytes, b: int | None = ...) -> bytes: ...\n");
  const wrapped = await adsam("wrap", "bare.core", "--folder", folder, "-o", join(folder, "bare.client.ts"));
  expect(wrapped).toMatchObject({ code: 0, stderr: "" });
  await writeFile(
    join(folder, "use.ts"),
    'import client from "./bare.client.ts";\nconst f = client.modules?.f;\nconst a: Promise<Uint8Array> | undefined = f?.(new Uint8Array(1), { b: null });\nconsole.log(a);\n',
  );
  expect(await compiled(folder)).toBe("");
}, 120_000);
