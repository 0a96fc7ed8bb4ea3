import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { ask } from "../../installation/program.ts";
import { type AddonPlace, ownAddonPlace } from "./place.ts";

export type AddonReport =
  | { readonly works: true; readonly tensorflow: string }
  | { readonly works: false; readonly reason: string };

/** Loads the addon in a process of its own, as a damaged one takes its process with it, and lets it compute. 0.5 s. Never rejects. */
export async function inspectAddon(own?: AddonPlace): Promise<AddonReport> {
  try {
    const place = own ?? ownAddonPlace();
    return existsSync(place.addon) ? await probe(place.tfjsNode) : fails("tfjs-node has no native addon yet");
  } catch (error) {
    return fails(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

async function probe(tfjsNode: string): Promise<AddonReport> {
  const extension = extname(import.meta.url);
  const program = fileURLToPath(new URL(`./probe${extension}`, import.meta.url));
  // Seen from its sources, this package needs what compiles them, as the process that asks has it.
  const loader = extension === ".ts" ? ["--import", createRequire(import.meta.url).resolve("tsx")] : [];
  const answer = await ask(process.execPath, [...loader, program, tfjsNode]);
  return answer.ok ? { works: true, tensorflow: answer.stdout } : fails(`tfjs-node's native addon ${answer.reason}`);
}

const fails = (reason: string): AddonReport => ({ works: false, reason });
