import { AdsamError } from "../../errors.ts";
import { follow, type Outcome } from "../../installation/program.ts";
import { wishedBuild } from "./build.ts";
import type { EnvironmentPlace } from "./place.ts";

/**
 * Installs the pinned requirements with the environment's own pip, under the user's pip configuration.
 * @throws AdsamError `environment` with pip's last words when it fails.
 */
export async function installRequirements(place: EnvironmentPlace, onLine: (line: string) => void): Promise<void> {
  const wish = await wishedBuild(place.requirements);
  onLine(`installing ${wish?.label ?? "the Python packages"} and the rest with pip`);
  let outcome = await pip(place, wish ? [wish.requirement] : [], onLine);
  if (wish && !outcome.ok && outcome.lines.some(saysNotFound)) {
    onLine(wish.otherwise);
    outcome = await pip(place, [], onLine);
  }
  if (outcome.ok) return;
  const lastWords = outcome.lines.slice(-12).join("\n  ");
  throw new AdsamError("environment", `pip could not install the Python packages:\n  ${lastWords}`, {
    suggestion: `check the network, the free disk space and pip's configuration, then run \`${place.setupCommand}\` again; or name a Python that has torch with ADSAM_PYTHON`,
  });
}

function pip(place: EnvironmentPlace, wishes: readonly string[], onLine: (line: string) => void): Promise<Outcome> {
  const files = place.requirements.flatMap((path) => ["-r", path]);
  // -I: what PYTHONPATH offers must not count as installed.
  const args = ["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", ...wishes, ...files];
  const showDownload = (line: string) => {
    if (/^\s*Downloading .+ \([\d.]+ [MG]B\)/.test(line)) onLine(`  ${line.trim()}`);
  };
  // A configuration with `user = true` would install outside the environment, or not at all.
  return follow(place.python, args, showDownload, { ...process.env, PIP_USER: "0" });
}

const saysNotFound = (line: string): boolean => line.includes("No matching distribution found for torch");
