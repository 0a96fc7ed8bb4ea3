#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { packageVersion } from "../package.ts";
import { addDoctor } from "./doctor.ts";
import { failureOf, humanFailure, jsonFailure } from "./failure.ts";
import { readerLeft } from "./interrupt.ts";
import { addSetup } from "./setup.ts";

/** Registers a command whose module, and the schemas behind its options, are loaded when it is selected. */
function addLater(
  program: Command,
  usage: string,
  description: string,
  load: () => Promise<(command: Command) => void>,
): void {
  const command = program.command(usage).description(description);
  program.hook("preSubcommand", async (_, selected) => {
    if (selected === command) (await load())(command);
  });
}

function adsam(): Command {
  const program = new Command("adsam")
    .description("Train and question Bayesian neural networks by Adversarial Sampling.")
    .version(packageVersion())
    .helpCommand(false) // it would show a command before its options are there: `main` rewrites it instead
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // `failureOf` words them
  addSetup(program);
  addDoctor(program);
  addLater(program, "train", "train a network and write a run folder", async () => (await import("./train.ts")).train);
  addLater(
    program,
    "evaluate <run>",
    "accuracy and uncertainty of a run or checkpoint on a data set",
    async () => (await import("./evaluate.ts")).evaluate,
  );
  addLater(
    program,
    "predict <run> [images...]",
    "classes and uncertainty of given images",
    async () => (await import("./predict.ts")).predict,
  );
  addLater(
    program,
    "conform",
    "compare a backend with another, or with recorded numbers, number by number; exits with 1 when they differ",
    async () => (await import("./conform.ts")).conformCommand,
  );
  addLater(
    program,
    "bench",
    "measure how long the work takes here, against the published code, other packages and the floor",
    async () => (await import("./bench.ts")).benchCommand,
  );
  return program;
}

async function main(given: readonly string[]): Promise<void> {
  const words = given[0] === "help" ? [...given.slice(1), "--help"] : given;
  try {
    await adsam().parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === "commander.help")) {
      process.exitCode = error.exitCode === 0 ? 0 : 2; // help or the version, shown already
      return;
    }
    const failure = failureOf(error);
    process.exitCode = failure.exitCode;
    if (given.includes("--json")) process.stdout.write(`${jsonFailure(failure)}\n`);
    else process.stderr.write(`${humanFailure(failure)}\n`);
  }
}

/** What writing gives once a reader has left: a closed pipe, or a terminal that is gone. */
const leftCodes: ReadonlySet<unknown> = new Set(["EPIPE", "EIO"]);

function whenReaderLeft(react: () => void) {
  return (error: NodeJS.ErrnoException) => {
    if (!leftCodes.has(error.code)) throw error;
    react();
  };
}

// As in `adsam train --json | head -1`.
process.stdout.on("error", whenReaderLeft(readerLeft));
process.stderr.on(
  "error",
  whenReaderLeft(() => {}), // its course is not read any more, but what it makes is
);

await main(process.argv.slice(2));
