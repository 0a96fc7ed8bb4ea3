import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { packageRoot } from "../../package.ts";

/** Where a copy of this package keeps its Python environment, and what goes into it. */
export interface EnvironmentPlace {
  readonly folder: string;
  readonly venv: string;
  readonly python: string;
  readonly stamp: string;
  readonly lock: string;
  /** Requirement files for pip; a clone also has those of the tests. */
  readonly requirements: readonly string[];
  /** What a person types to make it. */
  readonly setupCommand: string;
}

/**
 * The place of the package in `folder`: inside a clone itself; for an installed package in the project
 * that installed it, which outlives a reinstallation: the folder of the outermost node_modules.
 */
export function placeOf(folder: string): EnvironmentPlace {
  const installedIn = folder.indexOf(`${sep}node_modules${sep}`);
  const project = installedIn === -1 ? folder : folder.slice(0, installedIn) || sep;
  const home = join(project, ".adsam");
  const venv = join(home, "venv");
  const development = join(folder, "python/requirements-dev.txt");
  return {
    folder: home,
    venv,
    python: join(venv, "bin/python"),
    stamp: join(venv, "adsam-stamp.json"),
    lock: join(home, "setup.lock"),
    requirements: [join(folder, "python/requirements.txt"), ...(existsSync(development) ? [development] : [])],
    setupCommand: installedIn === -1 ? "npm run setup" : "npx adsam setup",
  };
}

export const ownPlace = placeOf(packageRoot);
