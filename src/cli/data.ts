import type { Command } from "commander";
import { corruptCommand } from "./data-corrupt.ts";
import { describeCommand } from "./data-describe.ts";
import { fetchCommand } from "./data-fetch.ts";

/** `adsam data`: what is done with data sets apart from training on them. */
export function data(command: Command): void {
  command.helpCommand(false);
  describeCommand(
    command.command("describe <source>").description("say what is understood of a data set, by its name or path"),
  );
  fetchCommand(
    command.command("fetch <name>").description("download a published data set, and go on where that was interrupted"),
  );
  corruptCommand(
    command.command("corrupt <source>").description("write the test images of a data set, corrupted, into files"),
  );
}
