#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { packageVersion } from "../package.ts";
import { commands } from "./commands.ts";
import { failureOf, humanFailure, jsonFailure } from "./failure.ts";
import { readerLeft } from "./interrupt.ts";

function adsam(): Command {
  const program = new Command("adsam")
    .description("Train and question Bayesian neural networks by Adversarial Sampling.")
    .version(packageVersion())
    .helpCommand(false) // it would show a command before its options are there: `main` rewrites it instead
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // `failureOf` words them
  for (const { usage, description, load } of commands) {
    const command = program.command(usage).description(description);
    program.hook("preSubcommand", async (_, selected) => {
      if (selected === command) (await load())(command);
    });
  }
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
