import { readFile } from "node:fs/promises";
import { ask } from "../../installation/program.ts";

/** Names of the NVIDIA GPUs that the driver shows; none without a driver. */
export async function nvidiaGpus(): Promise<string[]> {
  const answer = await ask("nvidia-smi", ["-L"]);
  if (!answer.ok) return [];
  return [...answer.stdout.matchAll(/^GPU \d+: (.+)$/gm)].flatMap(([, name = ""]) => name.split(" (UUID: ")[0] ?? []);
}

export interface BuildWish {
  /** What pip is asked for beside the requirements. */
  readonly requirement: string;
  readonly label: string;
  /** Said when pip cannot find it and takes whatever build of that version there is. */
  readonly otherwise: string;
}

/**
 * The build of torch that suits this machine: with a GPU any but the CPU's, without one the CPU's, which is several times smaller.
 * Undefined where there is only one build.
 */
export async function wishedBuild(requirements: readonly string[]): Promise<BuildWish | undefined> {
  const pins = await Promise.all(requirements.map((path) => readFile(path, "utf8")));
  const version = /^torch==([\d.]+)/m.exec(pins.join("\n"))?.[1];
  if (version === undefined || process.platform !== "linux") return undefined;
  const [gpu] = await nvidiaGpus();
  if (gpu !== undefined) {
    const otherwise = `pip finds no CUDA build of torch ${version}: taking the CPU build, which will not use the GPU`;
    return {
      requirement: `torch!=${version}+cpu,==${version}`,
      label: `torch ${version} with CUDA for ${gpu}`,
      otherwise,
    };
  }
  const otherwise = `pip finds no CPU build of torch ${version}: taking the general one, which is larger (it may bring CUDA)`;
  return { requirement: `torch==${version}+cpu`, label: `torch ${version}, CPU build`, otherwise };
}
