import { expect, test } from "vitest";
import type { ContenderRequest } from "../../src/bench/contender.ts";
import { race } from "../../src/bench/race.ts";
import type { Setting } from "../../src/bench/setting.ts";
import { AdsamError } from "../../src/errors.ts";
import { findPython } from "../../src/torch/environment.ts";

const small = { network: "resnet20", batch: 2, size: 4, calls: 8 };

async function setting(changes: Partial<Setting> = {}): Promise<Setting> {
  return {
    device: "cpu",
    python: (await findPython({})).path,
    threads: 1,
    reference: undefined,
    effort: { rounds: 3, leastRounds: 3, turnSeconds: 0.01, budgetSeconds: 60, longestCallSeconds: 60 },
    signal: undefined,
    onVersions: () => {},
    ...changes,
  };
}

test("contenders take turns; who cannot take part is named with the reason", async () => {
  const versions: Record<string, string> = {};
  const onVersions = (found: object) => Object.assign(versions, found);
  const result = await race(await setting({ onVersions }), {
    ours: { ...small, contender: "fit" },
    floor: { ...small, contender: "passes" },
    published: { ...small, contender: "published-step" },
    broken: { ...small, contender: "fit", options: { ratio: 2 } },
  });
  expect(result.names()).toEqual(["ours", "floor"]);
  expect(result.milliseconds("ours").every((time) => time > 0)).toBe(true);
  expect(result.ratios("ours", "floor")).toHaveLength(3);
  expect(Object.fromEntries(result.unmeasured.map(({ name, reason }) => [name, reason]))).toEqual({
    published: "no checkout of it was given (--reference)",
    broken: expect.stringMatching(/^it failed: ValidationError: .*ratio/s),
  });
  expect(versions.torch).toMatch(/^\d+\.\d+/);
});

test("who breaks down on the way leaves the race, and the others go on", async () => {
  const result = await race(await setting(), {
    short: { ...small, calls: 2, contender: "fit" }, // it is over after the two calls that warm it up
    floor: { ...small, contender: "passes" },
  });
  expect(result.names()).toEqual(["floor"]);
  expect(result.unmeasured).toEqual([{ name: "short", reason: expect.stringMatching(/^it ended early/) }]);
});

test("who is too slow is not measured", async () => {
  const { effort } = await setting();
  const result = await race(await setting({ effort: { ...effort, longestCallSeconds: 0 } }), {
    floor: { ...small, contender: "passes" },
  });
  expect(result.unmeasured).toEqual([
    { name: "floor", reason: expect.stringMatching(/^one call took \d+ s, more than the 0 s allowed$/) },
  ]);
});

test("a Python that is not there is no contender", async () => {
  const contender: ContenderRequest = { ...small, contender: "fit" };
  const result = await race(await setting({ python: "/none/python" }), { contender });
  expect(result.unmeasured[0]?.reason).toMatch(/^it ended early: .*ENOENT/);
});

test("a signal ends it", async () => {
  const signal = AbortSignal.timeout(300);
  const running = race(await setting({ signal }), { ours: { ...small, contender: "fit" } });
  await expect(running).rejects.toThrow(AdsamError);
});
