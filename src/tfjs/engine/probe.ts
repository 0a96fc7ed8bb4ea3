/** Run by `inspect.ts` in a process of its own, which an addon may take down: tries the tfjs-node in the folder named. */
import { loadNative } from "./load.ts";

const [, , tfjsNode = ""] = process.argv;
try {
  process.stdout.write(await loadNative(tfjsNode));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
