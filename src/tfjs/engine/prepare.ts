import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AdsamError } from "../../errors.ts";
import { withLock } from "../../lock.ts";
import { describeOwner, type Owner } from "../../owner.ts";
import { type BuildOptions, buildAddon, canBuild, requireAvx } from "./build.ts";
import { isOutdated } from "./compile.ts";
import { type AddonReport, inspectAddon } from "./inspect.ts";
import { type AddonPlace, ownAddonPlace } from "./place.ts";
import { installPrebuilt } from "./prebuilt.ts";
import { addonIsCurrent, writeAddonStamp } from "./stamp.ts";

export interface PrepareOptions {
  /** A Python whose pip may download TensorFlow; those in PATH come after it. */
  readonly python?: string | undefined;
  /** Told what happens, a line at a time. */
  readonly onLine?: (line: string) => void;
  /** Also let an addon compute that has been tried before (0.4 s), and get another when it fails. */
  readonly check?: boolean;
}

export type PreparedAddon =
  | { readonly ready: true; readonly made: boolean }
  | { readonly ready: false; readonly reason: string };

/**
 * Gets the native addon of tfjs-node, unless one is there that computes: on Linux x86-64 built from TensorFlow's wheel, which a package
 * index has; elsewhere, and when that fails, the official one. Set-ups that run at once wait for each other; what one that was broken off
 * left is not taken for an addon. Never rejects: without it the twin computes in plain JavaScript, and `reason` says why in one line.
 */
export async function prepareAddon(options: PrepareOptions = {}, own?: AddonPlace): Promise<PreparedAddon> {
  const { onLine = () => {}, python, check = false } = options;
  try {
    const place = own ?? ownAddonPlace();
    if (!check && addonIsCurrent(place)) return { ready: true, made: false };
    if (!isOutdated(place) && (await works(place))) return { ready: true, made: false };
    await mkdir(dirname(place.lock), { recursive: true });
    const tellWaiting = (holder: Owner) =>
      onLine(`waiting for another set-up (${describeOwner(holder)}; ${place.lock})`);
    const pythons = [...(python === undefined ? [] : [python]), "python3", "python"];
    return await withLock(place.lock, tellWaiting, () => make(place, { pythons, onLine }));
  } catch (error) {
    return { ready: false, reason: inOneLine(error) };
  }
}

/** An addon that computes is stamped, wherever it came from; one that does not loses its stamp. */
async function works(place: AddonPlace): Promise<boolean> {
  const report = await inspectAddon(place);
  if (report.works) await writeAddonStamp(place);
  else await rm(place.stamp, { force: true });
  return report.works;
}

async function make(place: AddonPlace, options: BuildOptions): Promise<PreparedAddon> {
  // Another set-up may have made it while this one waited.
  if (addonIsCurrent(place)) return { ready: true, made: false };
  const reasons: string[] = [];
  for (const way of canBuild ? [build, download] : [download]) {
    try {
      const report = await way(place, options);
      if (report.works) {
        await writeAddonStamp(place);
        return { ready: true, made: true };
      }
      reasons.push(report.reason);
    } catch (error) {
      reasons.push(inOneLine(error));
    }
  }
  return { ready: false, reason: reasons.join("; ") };
}

async function build(place: AddonPlace, options: BuildOptions): Promise<AddonReport> {
  await requireAvx();
  await buildAddon(place, options);
  const report = await inspectAddon(place);
  if (report.works) return report;
  // Not removed here: what ails may be elsewhere, and without a network it could not be had again.
  return { works: false, reason: `${report.reason} (remove ${place.cache} to have it built afresh)` };
}

async function download(place: AddonPlace, { onLine }: BuildOptions): Promise<AddonReport> {
  await installPrebuilt(place, onLine);
  return inspectAddon(place);
}

function inOneLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const suggestion = error instanceof AdsamError ? error.suggestion : undefined;
  return suggestion === undefined ? line : `${line} (${suggestion})`;
}
