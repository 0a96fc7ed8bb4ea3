import { inject } from "vitest";
import type { Backend, TorchBackend } from "../backend.ts";
import { openSubject } from "../conformance/prove/python-subject.ts";
import type { OpenSubject } from "../conformance/prove/verdicts.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import { SharedClient } from "./shared-client.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The socket of the Python that all test files share; undefined where none is. */
    adsamTorch?: string;
  }
}

/** Ready when this module is, so that tests may make tensors before the first expectation. It holds nothing that needs closing. */
export const twin: Backend = await open({ backend: "tfjs" });
await twin.info();

/** The test that asks, and how long it still has. */
export interface Asking {
  /** Its file; undefined where vitest does not say. */
  readonly file: string | undefined;
  /** Milliseconds; undefined where it has all the time it wants. */
  readonly left: number | undefined;
  /** Milliseconds that the whole test has. */
  readonly timeout: number | undefined;
}

let shared: Promise<SharedClient> | undefined;

/** One session for each Python, however many expectations ask for it. */
const opened = new Map<string, Promise<TorchBackend>>();

/**
 * Python's functions: by the Python that `adversarial-sampling/vitest-setup` has started for all files, otherwise by one that starts
 * with the file's first question.
 * @param python another one than that of `adsam setup`.
 * @throws AdsamError `environment` where it takes longer to start than the test has left.
 */
export async function pythonFunctions(python: string | undefined, asking: Asking): Promise<OpenSubject> {
  const path = inject("adsamTorch");
  if (path !== undefined && python === undefined) {
    shared ??= SharedClient.open(path);
    return (await shared).functionsFor(asking.file);
  }
  const starting = opened.get(python ?? "") ?? started(python);
  opened.set(python ?? "", starting);
  const torch = await inTime(starting, asking);
  return (wanted) => openSubject(torch, wanted);
}

async function started(python: string | undefined): Promise<TorchBackend> {
  const torch = await open({ device: "cpu", python });
  await torch.info();
  return torch;
}

/** Half a second before vitest would say that the test took too long, and not why. */
const spare = 500;

async function inTime<T>(starting: Promise<T>, { left, timeout }: Asking): Promise<T> {
  if (left === undefined) return starting;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        const message = `Python did not start in the ${timeout} ms that the test has`;
        const suggestion = 'have it started before the tests: globalSetup: ["adversarial-sampling/vitest-setup"]';
        reject(new AdsamError("environment", `${message}; ${suggestion}`, { suggestion }));
      },
      Math.max(0, left - spare),
    );
  });
  return Promise.race([starting, late]).finally(() => clearTimeout(timer));
}

/** Ends what was opened, so that the test process can exit. */
export async function closeMatched(): Promise<void> {
  const [client, ...sessions] = await Promise.allSettled([shared, ...opened.values()]);
  shared = undefined;
  opened.clear();
  if (client?.status === "fulfilled") client.value?.close();
  for (const session of sessions) if (session.status === "fulfilled") await session.value.close();
}
