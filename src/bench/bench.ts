import { stat } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import type { BackendInfo } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import { packageVersion } from "../package.ts";
import { findPython } from "../torch/environment.ts";
import { isFigure, type Unmeasured } from "./figure.ts";
import type { BenchReport, Machine, SuiteReport } from "./report.ts";
import { quick, type Setting, thorough } from "./setting.ts";
import { type BenchSuiteName, suiteNames, suites } from "./suites/index.ts";

/** What to measure, and with what. */
export interface BenchOptions {
  /** "auto" (CUDA where there is one) unless told otherwise. */
  readonly device?: string | undefined;
  /** The Python to use; otherwise ADSAM_PYTHON, otherwise the one that `adsam setup` made. */
  readonly python?: string | undefined;
  /** A checkout of the published code, which is measured beside this package. */
  readonly reference?: string | undefined;
  /** Suites to measure; all of them unless told otherwise. */
  readonly only?: readonly BenchSuiteName[] | undefined;
  /** Few repetitions: to see that it works, not to rely on. */
  readonly quick?: boolean | undefined;
  /** Ends it: what is under way is given up, and the promise rejects with code `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the machine is known. */
  readonly onStart?: ((machine: Machine) => void) | undefined;
  /** Called before each suite. */
  readonly onSuite?: ((name: BenchSuiteName, about: string) => void) | undefined;
  /** Called after each suite. */
  readonly onMeasured?: ((report: SuiteReport) => void) | undefined;
}

/**
 * Measures how long this package's work takes on this machine, as ratios to other work of the same run.
 * Sets OMP_NUM_THREADS for what it starts where it is not set, so that all compute on as many threads as there are cores.
 * @throws AdsamError `usage` for a suite that is unknown, `file` for a checkout that is none, `environment` without a
 * Python that can compute, `cancelled`. What fails while it is measured is in the report.
 */
export async function bench(options: BenchOptions = {}): Promise<BenchReport> {
  const { only = suiteNames, signal } = options;
  const unknown = only.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined) {
    throw new AdsamError("usage", `expected suites out of ${suiteNames.join(", ")}, got ${unknown}`);
  }
  const reference = options.reference === undefined ? undefined : await checkoutOf(options.reference);
  const date = new Date().toISOString();
  const threads = Number(process.env.OMP_NUM_THREADS) || availableParallelism();
  process.env.OMP_NUM_THREADS = `${threads}`;
  const python = (await findPython({ python: options.python })).path;
  const info = await torchInfo(python, options.device);
  const versions: Record<string, string> = {
    node: process.versions.node,
    "adversarial-sampling": packageVersion(),
    python: info.versions.python ?? "unknown",
    torch: info.versions.torch ?? "unknown",
  };
  const machine = machineOf(info, threads);
  options.onStart?.(machine);
  const setting: Setting = {
    ...{ device: info.device, python, threads, reference, signal },
    effort: options.quick ? quick : thorough,
    onVersions: (found) => Object.assign(versions, found),
  };
  const reports: SuiteReport[] = [];
  for (const name of suiteNames.filter((known) => only.includes(known))) {
    options.onSuite?.(name, suites[name].about);
    const report = await measure(name, setting);
    options.onMeasured?.(report);
    reports.push(report);
  }
  return {
    ...{ format: 1, date, machine, versions, effort: setting.effort, suites: reports },
    unmeasured: leftOut(info, only),
  };
}

async function measure(name: BenchSuiteName, setting: Setting): Promise<SuiteReport> {
  const { about, measure: measureSuite } = suites[name];
  const began = performance.now();
  const report = (parts: Partial<SuiteReport>): SuiteReport => ({
    ...{ name, about, seconds: (performance.now() - began) / 1000, figures: [], unmeasured: [], failure: null },
    ...parts,
  });
  try {
    const findings = await measureSuite(setting);
    const unmeasured = findings.filter((finding): finding is Unmeasured => !isFigure(finding));
    return report({ figures: findings.filter(isFigure), unmeasured });
  } catch (error) {
    if (setting.signal?.aborted) throw new AdsamError("cancelled", "cancelled", { cause: error });
    return report({ failure: error instanceof Error ? error.message : String(error) });
  }
}

async function torchInfo(python: string, device = "auto"): Promise<BackendInfo> {
  await using backend = await open({ backend: "torch", python, device });
  return await backend.info();
}

function machineOf({ device, deviceName }: BackendInfo, threads: number): Machine {
  const cpu = cpus()[0]?.model.trim() ?? "unknown";
  const platform = `${process.platform} ${process.arch}`;
  return { cpu, cores: availableParallelism(), platform, device, deviceName, threads };
}

function leftOut({ device }: BackendInfo, only: readonly BenchSuiteName[]): Unmeasured[] {
  const others = suiteNames.filter((name) => !only.includes(name));
  return [
    ...(device === "cpu" ? [{ name: "everything on a GPU", reason: "it was measured on the CPU" }] : []),
    ...(others.length > 0 ? [{ name: others.join(", "), reason: "not asked for (--only)" }] : []),
  ];
}

/** @throws AdsamError `file` unless the folder holds the published code. */
async function checkoutOf(folder: string): Promise<string> {
  const modules = ["models/resnet_vi.py", "models/vgg_vi.py", "models/layers/conv2d.py"];
  for (const module of modules) {
    await stat(join(folder, module)).catch((error: unknown) => {
      throw new AdsamError("file", `expected a checkout of the published code, got ${folder}, which has no ${module}`, {
        suggestion: "clone its repository, which the paper names, and give that folder",
        cause: error,
      });
    });
  }
  return resolve(folder);
}
