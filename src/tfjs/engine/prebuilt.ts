import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { follow } from "../../installation/program.ts";
import type { AddonPlace } from "./place.ts";

const manifest = z.object({ name: z.string(), binary: z.object({ host: z.string() }) });

/** With one of these, requests go another way than ours would. */
export const detours = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "TFJS_NODE_CDN_STORAGE",
  "CDN_STORAGE",
];

const patienceMs = 5_000;

/**
 * Has tfjs-node's own install script download the official addon. Many networks refuse the host that it is on:
 * whether it answers is asked first, for 5 s at most, as the script would wait for minutes.
 * @throws AdsamError `environment` when the host does not answer or the script fails.
 */
export async function installPrebuilt(place: AddonPlace, onLine: (line: string) => void): Promise<void> {
  const { name, binary } = manifest.parse(JSON.parse(await readFile(join(place.tfjsNode, "package.json"), "utf8")));
  if (!detours.some((variable) => process.env[variable])) await requireAnswer(binary.host);
  onLine("downloading the official addon of tfjs-node");
  const project = join(place.tfjsNode, "../../..");
  const command = ["--prefix", project, "rebuild", name, "--ignore-scripts=false"];
  const { ok, lines } = await follow("npm", command, () => {});
  if (ok) return;
  const lastWords = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
  throw new AdsamError("environment", `npm rebuild ${name} failed: ${lastWords}`);
}

async function requireAnswer(url: string): Promise<void> {
  try {
    await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(patienceMs) });
  } catch (cause) {
    const message = `${new URL(url).host}, which has the official addon, does not answer`;
    throw new AdsamError("environment", message, { suggestion: "allow it in the network, or set HTTPS_PROXY", cause });
  }
}
