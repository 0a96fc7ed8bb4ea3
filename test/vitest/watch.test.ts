import { type ChildProcess, spawn } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { projectWith, root } from "./project.ts";

/** Says on one line what a run of the tests came to. */
const reporter = `
export default class {
  onTestRunEnd(modules) {
    const files = modules.map((module) => [module.relativeModuleId, module.state(), wrong(module)]);
    console.log("run: " + JSON.stringify(files.sort()));
  }
}

function wrong(module) {
  return [...module.children.allTests()].flatMap((test) => test.result().errors ?? []).map(({ message }) => message).join();
}
`;

const config = `
import Reporter from "./reporter.js";

export default {
  test: {
    globalSetup: ["adversarial-sampling/vitest-setup"],
    reporters: [new Reporter()],
    watchTriggerPatterns: [{ pattern: /factors\\.py$/, testsToRun: () => "unrelated.test.ts" }],
  },
};
`;

/** A test that a port agrees with a Python function. */
const matching = (target: string, folder: string, port: string) => `
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import "adversarial-sampling/vitest";

test("the same", async () => {
  await expect(({ x }) => ${port}).toMatchTorch("${target}", { x: [1, 2] }, { folder: "${folder}" });
});
`;

interface Run {
  readonly files: readonly string[];
  readonly failed: readonly string[];
  readonly messages: string;
}

/** vitest as it watches a project. */
class Watching {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #said: string[] = [];

  constructor(folder: string) {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    this.#process = spawn(process.execPath, [vitest, "--watch", "--root", folder], { cwd: folder });
    this.#process.stderr?.on("data", (text) => this.#said.push(String(text)));
    if (this.#process.stdout === null) throw new Error("expected what vitest prints");
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  /** The next run to end. */
  async run(): Promise<Run> {
    for (;;) {
      const { value: line, done } = await this.#lines.next();
      if (done === true) throw new Error(`vitest ended: ${this.#said.join("")}`);
      if (!line.startsWith("run: ")) continue;
      const files: [string, string, string][] = JSON.parse(line.slice("run: ".length));
      return {
        files: files.map(([file]) => file),
        failed: files.flatMap(([file, state]) => (state === "passed" ? [] : file)),
        messages: files.map(([, , message]) => message).join("\n"),
      };
    }
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }
}

let watching: Watching | undefined;
afterEach(() => watching?.end());

test("an edited Python file runs those tests again that use it, with the code as it is now", async () => {
  const modules = await temporaryFolder();
  const python = (name: string, text: string) => writeFile(join(modules, name), text);
  await python("factors.py", "FACTOR = 2\n");
  await python("scaled.py", "def scaled(x):\n    from factors import FACTOR\n    return x * FACTOR\n");
  const project = await projectWith({
    "vitest.config.js": config,
    "reporter.js": reporter,
    "other.py": "def shifted(x):\n    return x + 1\n",
    "scaled.test.ts": matching("scaled:scaled", modules, "tf.mul(x, 2)"),
    "shifted.test.ts": matching("other:shifted", ".", "tf.add(x, 1)"),
    "unrelated.test.ts": 'import { test } from "vitest";\ntest("nothing", () => {});\n',
  });
  watching = new Watching(project);
  const all = ["scaled.test.ts", "shifted.test.ts", "unrelated.test.ts"];
  expect(await watching.run()).toMatchObject({ files: all, failed: [] });

  const using = ["scaled.test.ts", "unrelated.test.ts"]; // the second by the project's own pattern
  await python("factors.py", "FACTOR = 3\n");
  const departed = await watching.run();
  expect(departed).toMatchObject({ files: using, failed: ["scaled.test.ts"] });
  expect(departed.messages).toMatch(/the port gives 4, exact is 6/);

  await python("factors.py", "FACTOR =\n");
  const broken = await watching.run();
  expect(broken).toMatchObject({ files: using, failed: ["scaled.test.ts"] });
  expect(broken.messages).toMatch(/invalid syntax \(factors\.py, line 1\)/);

  await python("factors.py.new", "FACTOR = 2\n");
  await rename(join(modules, "factors.py.new"), join(modules, "factors.py")); // as many editors save
  expect(await watching.run()).toMatchObject({ files: using, failed: [] });

  await writeFile(join(project, "other.py"), "def shifted(x):\n    return x + 2\n");
  expect(await watching.run()).toMatchObject({ files: ["shifted.test.ts"], failed: ["shifted.test.ts"] });
}, 240_000);
