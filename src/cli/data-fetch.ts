import type { Command } from "commander";
import * as z from "zod";
import { type DownloadProgress, type FetchedData, fetchData } from "../data/fetch/index.ts";
import { publishedNames } from "../data/names.ts";
import { jsonText } from "../json.ts";
import { jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";
import { duration, percent, type Screen } from "./progress.ts";

const path = (what: string) => z.string().optional().meta({ placeholder: what });
const fetchGroup = {
  heading: "Download:",
  shape: {
    data: path("folder").describe(
      "where to put the files; null: ADSAM_DATA, or the user's cache, where they are found by name",
    ),
    mirror: path("url").describe("address to which the files' names are added; null: the publishers' own"),
  },
};
const output = jsonGroup("JSON lines on stdout: the course once a second, then the result");
const fetchArguments = z.object({ ...fetchGroup.shape, ...output.shape });

/** `adsam data fetch`: downloads a published data set. */
export function fetchCommand(command: Command): void {
  command.addHelpText("after", `\nData sets: ${publishedNames.join(", ")}`);
  addOptions(command, [fetchGroup, output]);
  command.action(async (name: string) => {
    const { data: folder, mirror, json } = fetchArguments.parse(command.opts());
    const bar = json ? new JsonLines() : new Bar(process.stderr);
    const fetched = await fetchData(name, {
      folder,
      mirror,
      signal: interruptSignal(),
      onProgress: (progress) => bar.show(progress),
      onWait: (holder) => bar.line(`waiting: another process fetches into the folder (${holder})`),
    }).finally(() => bar.clear());
    process.stdout.write(json ? `${jsonText({ kind: "result", ...fetched })}\n` : `${told(fetched)}\n`);
  });
}

function told({ name, folder, files }: FetchedData): string {
  const lines = files.map(({ path: file, wasThere }) => `${file}${wasThere ? " (was there)" : ""}`);
  return [...lines, `${name} is in ${folder}: adsam train --dataset ${name}`].join("\n");
}

const drawIntervalMilliseconds = 100;
const barWidth = 30;

/** On a terminal a bar, elsewhere a line for each file. */
class Bar {
  readonly #stream: Screen;
  #drawn = Number.NEGATIVE_INFINITY;
  #file = "";
  #began = { time: 0, received: 0 };

  constructor(stream: Screen) {
    this.#stream = stream;
  }

  show(progress: DownloadProgress): void {
    const now = performance.now();
    if (progress.file !== this.#file) {
      [this.#file, this.#began] = [progress.file, { time: now, received: progress.received }];
      this.line(`${progress.file}${progress.resumed > 0 ? `, from ${megabytes(progress.resumed)} on` : ""}`);
    }
    if (!this.#stream.isTTY || now - this.#drawn < drawIntervalMilliseconds) return;
    this.#drawn = now;
    const perSecond = ((progress.received - this.#began.received) / (now - this.#began.time)) * 1000;
    this.#stream.write(`\r\x1b[2K${renderDownload(progress, perSecond)}`);
  }

  line(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[2K");
  }
}

/** The course of a download in one line. */
export function renderDownload({ received, total }: DownloadProgress, perSecond: number): string {
  const speed = Number.isFinite(perSecond) ? `  ${megabytes(perSecond)}/s` : "";
  if (total === null) return `${megabytes(received)}${speed}`;
  const done = total === 0 ? 1 : received / total;
  const filled = Math.round(barWidth * done);
  const left = (total - received) / perSecond;
  const eta = Number.isFinite(left) ? `  ETA ${duration(left)}` : "";
  const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
  return `${bar}  ${percent(done)} of ${megabytes(total)}${speed}${eta}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const tellIntervalMilliseconds = 1000;

class JsonLines {
  #told = Number.NEGATIVE_INFINITY;

  show(progress: DownloadProgress): void {
    if (performance.now() - this.#told < tellIntervalMilliseconds) return;
    this.#told = performance.now();
    process.stdout.write(`${jsonText({ kind: "progress", ...progress })}\n`);
  }

  line(text: string): void {
    process.stdout.write(`${jsonText({ kind: "note", text })}\n`);
  }

  clear(): void {}
}
