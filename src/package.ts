import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of this package, seen from src/ as from dist/. */
export const packageRoot = fileURLToPath(new URL("..", import.meta.url));

/** The version in package.json. */
export function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return manifest.version;
}
