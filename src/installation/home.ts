import { join, sep } from "node:path";
import { packageRoot } from "../package.ts";

/** Where a copy of this package keeps what set-up makes. */
export interface Home {
  readonly folder: string;
  /** What a person types to have it made. */
  readonly setupCommand: string;
}

/**
 * The home of the package in `folder`: inside a clone itself; for an installed package in the project
 * that installed it, which outlives a reinstallation: the folder of the outermost node_modules.
 */
export function homeOf(folder: string): Home {
  const installedIn = folder.indexOf(`${sep}node_modules${sep}`);
  const project = installedIn === -1 ? folder : folder.slice(0, installedIn) || sep;
  return { folder: join(project, ".adsam"), setupCommand: installedIn === -1 ? "npm run setup" : "npx adsam setup" };
}

export const ownHome = homeOf(packageRoot);
