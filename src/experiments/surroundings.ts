import { arch, availableParallelism, hostname, platform, release, totalmem } from "node:os";
import { ask } from "../installation/program.ts";
import type { GitState, RunEnvironment } from "./record.ts";
import { masked, withoutSecrets } from "./secrets.ts";

/** The environment variables that change how a run computes. */
const telling = [
  ...["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG"],
  ...["NVIDIA_TF32_OVERRIDE", "PYTORCH_CUDA_ALLOC_CONF", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"],
  ...["TF_ENABLE_ONEDNN_OPTS", "ADSAM_PYTHON"],
] as const;

/** Where a run begins, and by which command: without secrets. */
export interface Surroundings {
  readonly command: readonly string[];
  readonly environment: RunEnvironment;
  readonly git: GitState | null;
}

export async function surroundings(): Promise<Surroundings> {
  return { command: withoutSecrets(process.argv.slice(1)), environment: environmentNow(), git: await gitState() };
}

function environmentNow(): RunEnvironment {
  const variables = telling.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, masked(value)] as const];
  });
  return {
    host: hostname(),
    platform: `${platform()} ${release()} ${arch()}`,
    processors: availableParallelism(),
    memory: totalmem(),
    node: process.versions.node,
    directory: process.cwd(),
    variables: Object.fromEntries(variables),
  };
}

/** Of the working directory; null where git is not there, or there is no repository. */
async function gitState(): Promise<GitState | null> {
  const status = await ask("git", ["status", "--porcelain=v2", "--branch"], 10_000);
  if (!status.ok) return null;
  const lines = status.stdout.split("\n").filter((line) => line !== "");
  const said = (what: string) => {
    const beginning = `# branch.${what} `;
    const value = lines.find((line) => line.startsWith(beginning))?.slice(beginning.length);
    return value === undefined || value.startsWith("(") ? null : value; // (initial), (detached)
  };
  return { commit: said("oid"), branch: said("head"), dirty: lines.some((line) => !line.startsWith("#")) };
}
