import type { Backend, TorchBackend } from "../backend.ts";
import { open } from "../open.ts";

export interface MatchedBackends {
  readonly tfjs: Backend;
  readonly torch: TorchBackend;
}

/** One pair for each Python, however many expectations ask for it. */
const opened = new Map<string, Promise<MatchedBackends>>();

async function openBoth(python: string | undefined): Promise<MatchedBackends> {
  const torch = await open({ device: "cpu", ...(python === undefined ? {} : { python }) });
  return { torch, tfjs: await open({ backend: "tfjs" }) };
}

/** Both backends, opened with the first question. */
export function matchedBackends(python: string | undefined): Promise<MatchedBackends> {
  const known = opened.get(python ?? "");
  if (known !== undefined) return known;
  const pair = openBoth(python);
  opened.set(python ?? "", pair);
  return pair;
}

/** Ends what was opened, so that the test process can exit. */
export async function closeMatched(): Promise<void> {
  const pairs = await Promise.allSettled(opened.values());
  opened.clear();
  for (const pair of pairs) {
    if (pair.status === "fulfilled") await Promise.all([pair.value.torch.close(), pair.value.tfjs.close()]);
  }
}
