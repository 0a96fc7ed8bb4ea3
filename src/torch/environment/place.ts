import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Home, homeOf } from "../../installation/home.ts";
import { packageRoot } from "../../package.ts";

/** Where a copy of this package keeps its Python environment, and what goes into it. */
export interface EnvironmentPlace extends Home {
  readonly venv: string;
  readonly python: string;
  readonly stamp: string;
  readonly lock: string;
  /** Requirement files for pip; a clone also has those of the tests. */
  readonly requirements: readonly string[];
}

/** The place of the environment of the package in `folder`. */
export function placeOf(folder: string): EnvironmentPlace {
  const home = homeOf(folder);
  const venv = join(home.folder, "venv");
  const development = join(folder, "python/requirements-dev.txt");
  return {
    ...home,
    venv,
    python: join(venv, "bin/python"),
    stamp: join(venv, "adsam-stamp.json"),
    lock: join(home.folder, "setup.lock"),
    requirements: [join(folder, "python/requirements.txt"), ...(existsSync(development) ? [development] : [])],
  };
}

export const ownPlace = placeOf(packageRoot);
