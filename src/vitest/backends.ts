import type { Backend, TorchBackend } from "../backend.ts";
import { open } from "../open.ts";

export interface MatchedBackends {
  readonly tfjs: Backend;
  readonly torch: TorchBackend;
}

/** Ready when this module is, so that tests may make tensors before the first expectation. It holds nothing that needs closing. */
const tfjs = await open({ backend: "tfjs" });
await tfjs.info();

/** One session for each Python, however many expectations ask for it. */
const opened = new Map<string, Promise<TorchBackend>>();

/** Both backends; a Python starts with the first question. */
export async function matchedBackends(python: string | undefined): Promise<MatchedBackends> {
  const torch = opened.get(python ?? "") ?? open({ device: "cpu", python });
  opened.set(python ?? "", torch);
  return { torch: await torch, tfjs };
}

/** Ends what was opened, so that the test process can exit. */
export async function closeMatched(): Promise<void> {
  const sessions = await Promise.allSettled(opened.values());
  opened.clear();
  for (const session of sessions) if (session.status === "fulfilled") await session.value.close();
}
