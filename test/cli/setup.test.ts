import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { bareEnvironment, healthyPackages } from "../torch/bare-environment.ts";
import { adsam } from "./adsam.ts";

describe("adsam setup with ADSAM_PYTHON", () => {
  test("says first that it makes no environment, and looks at that Python", async () => {
    const python = bareEnvironment(await temporaryFolder(), "bare", {});
    const { exitCode, stdout, stderr } = await adsam(["setup"], { env: { ADSAM_PYTHON: python } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    const [first, second] = stderr.split("\n");
    expect(first).toBe(
      `ADSAM_PYTHON names ${python}: that is used, and no environment is made (--environment makes one all the same)`,
    );
    expect(second).toMatch(/^error: the Python at .+ cannot be used: .*torch/);
  });

  test("uses a healthy one as it is", async () => {
    const python = bareEnvironment(await temporaryFolder(), "healthy", healthyPackages);
    const { exitCode, stdout } = await adsam(["setup", "--json"], { env: { ADSAM_PYTHON: python } });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ python, made: false });
  });

  test("refuses another one to make it from", async () => {
    const ADSAM_PYTHON = join(await temporaryFolder(), "python");
    expect(await adsam(["setup", "--python", "python3"], { env: { ADSAM_PYTHON } })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        `error: --python names what to make an environment from, but ADSAM_PYTHON names ${ADSAM_PYTHON}\n` +
        "  unset ADSAM_PYTHON, or give --environment to make one that is not used until then\n",
    });
  });
});
