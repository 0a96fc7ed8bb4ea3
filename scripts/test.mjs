#!/usr/bin/env node
/** Everything that must hold, from a fresh clone: set-up, then every check. `--only biome,vitest` runs some of them. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, setUp } from "./setup.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

const native = "python/adversarial_sampling/native";
const nativeSources = readdirSync(join(root, native)).filter((name) => /\.(cpp|h)$/.test(name));

/** Each with its command line and, where it is not the root, the folder to run it in. */
const checks = (python) => ({
  biome: ["biome check --error-on-warnings ."],
  tsc: [[process.execPath, "node_modules/typescript/bin/tsc", "--noEmit"]],
  knip: ["knip"],
  typedoc: ["npm run --silent docs:api -- --emit none"],
  ruff: [[python, "-m", "ruff", "check", "."], "python"],
  "ruff-format": [[python, "-m", "ruff", "format", "--check", "."], "python"],
  "clang-format": [[join(dirname(python), "clang-format"), "--dry-run", "-Werror", ...nativeSources], native],
  vulture: [[python, "-m", "vulture"], "python"],
  pyright: [["pyright", "--pythonpath", python], "python"],
  generated: ["tsx scripts/generate-protocol.ts --check"],
  pytest: [[python, "-m", "pytest"], "python"],
  vitest: ["vitest run"],
});

function chosenFrom(names) {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const chosen = values.only?.split(",") ?? names;
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown === undefined) return chosen;
  console.error(`--only: expected some of ${names.join(",")}, got ${unknown}`);
  process.exit(2);
}

function passes(commandLine, folder) {
  const [program, ...args] = typeof commandLine === "string" ? commandLine.split(" ") : commandLine;
  const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const options = { cwd: join(root, folder), stdio: "inherit", env: { ...process.env, PATH } };
  const { status, error } = spawnSync(program, args, options);
  if (error) console.error(`${program}: ${error.message}`);
  return status === 0;
}

function runCheck(name, [commandLine, folder = "."]) {
  console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`);
  const began = performance.now();
  const passed = passes(commandLine, folder);
  return { name, passed, seconds: (performance.now() - began) / 1000 };
}

const chosen = chosenFrom(Object.keys(checks("")));
try {
  const { python } = await setUp();
  const results = chosen.map((name) => runCheck(name, checks(python)[name]));
  console.log("");
  for (const { name, passed, seconds } of results) {
    console.log(`${name.padEnd(14)}${seconds.toFixed(1).padStart(7)} s  ${passed ? "ok" : "FAILED"}`);
  }
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
} catch (error) {
  process.exitCode = explain(error);
}
