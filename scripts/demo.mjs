#!/usr/bin/env node
/** The main job, from a fresh clone: set-up, then a Bayesian ResNet-20 trained on the digits and asked what it does not know. */
import { spawn } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, setUp } from "./setup.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const command = join(root, "dist/cli/main.js");
const run = join(root, "runs", `demo-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}`);

/** Shows a command line and runs it on this terminal; the exit code, 128 + the signal's number when one ended it. */
function adsam(...args) {
  console.log(`\n$ adsam ${args.map((arg) => (arg === run ? relative(process.cwd(), run) : arg)).join(" ")}\n`);
  const child = spawn(process.execPath, [command, ...args], { stdio: "inherit" });
  // A terminal sends Ctrl-C to the child too, which ends its run cleanly: wait for that. Other signals come here alone.
  const wait = () => {};
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", wait).on("SIGTERM", pass);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", wait).off("SIGTERM", pass);
      resolve(code ?? 128 + (signals[signal] ?? 0));
    });
  });
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

try {
  await setUp();
  process.exitCode =
    (await adsam("train", "--preset", "digits", "--run", run)) ||
    (await adsam("evaluate", run, "--samples", "30", "--show", "3"));
} catch (error) {
  process.exitCode = explain(error);
}
