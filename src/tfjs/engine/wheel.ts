import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { ask, follow } from "../../installation/program.ts";

/**
 * Where TensorFlow's libraries come from: 2.12 to 2.21 all serve tfjs-node 4.22, this wheel is the smallest.
 * It is made for one Python and one C library, but only what is no Python is taken out of it.
 */
export const tensorflow = {
  name: "tensorflow-cpu-2.13.1",
  requirement: "tensorflow-cpu==2.13.1",
  megabytes: 187,
  sha256: "87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe",
} as const;

const wanted = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--only-binary", ":all:"];
const platforms = ["--platform", "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64"];
// One try more and no longer: the engine is worth no wait for a network that is not there.
const patience = ["--retries", "1", "--timeout", "10"];

/**
 * Downloads the wheel with the pip of `python`, and leaves in `folder` its two libraries (lib/), the C headers (include/)
 * and its licence. The folder appears when it is complete.
 * @throws AdsamError `environment` when pip cannot get it, or it is not the one that is pinned.
 */
export async function fetchLibraries(folder: string, python: string, onLine: (line: string) => void): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    onLine(`downloading ${tensorflow.requirement} with pip (${tensorflow.megabytes} MB)`);
    const wheel = await download(python, unfinished);
    await requirePinned(wheel);
    const unpacked = join(unfinished, "unpacked");
    await unpack(python, wheel, unpacked);
    await rename(unpacked, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function download(python: string, folder: string): Promise<string> {
  const quietly = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"];
  const options = [...quietly, ...patience, ...wanted, ...platforms, "--dest", folder];
  const outcome = await follow(python, ["-I", "-m", "pip", "download", ...options, tensorflow.requirement], () => {});
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (outcome.ok && wheel !== undefined) return join(folder, wheel);
  const lastWords = outcome.lines.findLast((line) => line.startsWith("ERROR")) ?? outcome.lines.at(-1) ?? "no word";
  throw new AdsamError("environment", `pip could not download ${tensorflow.requirement}: ${lastWords}`, {
    suggestion: "check the network, the free disk space and pip's configuration",
  });
}

async function requirePinned(wheel: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(wheel, { highWaterMark: 1 << 20 })) hash.update(chunk);
  const came = hash.digest("hex");
  if (came === tensorflow.sha256) return;
  throw new AdsamError(
    "environment",
    `expected ${tensorflow.requirement} with sha256 ${tensorflow.sha256}, got ${came}`,
    {
      suggestion: "check the package index that pip is configured to use: it offers another file under this name",
    },
  );
}

const unpacking = `
import pathlib, re, shutil, sys, zipfile
wheel, folder = sys.argv[1], pathlib.Path(sys.argv[2])
wanted = re.compile(
    r"tensorflow/(?P<library>libtensorflow_(?:cc|framework)\\.so\\.2)"
    r"|tensorflow/(?P<header>include/tensorflow/(?:c|core/platform|tsl/c|tsl/platform)/.*\\.h)"
    r"|[^/]*\\.dist-info/(?P<licence>LICENSE.*)"
)
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        found = wanted.fullmatch(name)
        if found is None:
            continue
        path = folder / (f"lib/{found['library']}" if found["library"] else found["header"] or found["licence"])
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
`;

async function unpack(python: string, wheel: string, folder: string): Promise<void> {
  const minutes = 5;
  const answer = await ask(python, ["-I", "-c", unpacking, wheel, folder], minutes * 60_000);
  if (!answer.ok)
    throw new AdsamError("environment", `unpacking ${tensorflow.requirement} with ${python} ${answer.reason}`);
  const libraries = (await readdir(join(folder, "lib"))).map((name) => join(folder, "lib", name));
  // A quarter smaller without its symbols. Without strip it is only larger.
  await ask("strip", ["--strip-unneeded", ...libraries], minutes * 60_000);
}
