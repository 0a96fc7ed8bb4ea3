import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readSafetensors } from "../../../src/safetensors.ts";
import { adsam } from "../../cli/adsam.ts";

const root = resolve(import.meta.dirname, "../../..");
const ports = join(root, "test/fixtures/ports/proved.ts");

test("a failure leaves a folder that shows it again, in ten lines", async () => {
  const folder = await mkdtemp(join(root, "repro-run-")); // where the package's own name leads to what was built
  try {
    const words = ["--folder", join(root, "test/fixtures/python"), "--no-edges", "--repro", folder];
    const given = ["--input", "x=float32[2,2]", "--input", "factor=2.0"];
    const { exitCode } = await adsam(["prove", "proved:scaled", `${ports}#tripled`, ...given, ...words]);
    expect(exitCode).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(["draw-1", "draw-2", "draw-3"]);
    const one = join(folder, "draw-1");
    const read = async (name: string) => (await readSafetensors(join(one, `${name}.safetensors`))).tensors;
    const [inputs, python, port] = [await read("inputs"), await read("python"), await read("port")];
    const data = Array.from(inputs.x?.data ?? [], Number);
    expect(Array.from(python["output.0"]?.data ?? [], Number)).toEqual(data.map((value) => 2 * value));
    expect(Array.from(port["output.0"]?.data ?? [], Number)).toEqual(data.map((value) => Math.fround(3 * value)));
    const script = await readFile(join(one, "again.mjs"), "utf8");
    expect(script.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(one, "again.mjs")], { encoding: "utf8" });
    expect({ status, stdout }, stderr).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/\n0 passed, 1 failed\n$/),
    });
    expect(stdout).toContain("output.0[");
  } finally {
    await rm(folder, { recursive: true });
  }
});
