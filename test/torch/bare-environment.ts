import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What makes a Python pass as healthy, as far as its metadata goes. */
export const healthyPackages = { torch: "2.13.0+cpu", numpy: "2.4.6", safetensors: "0.8.0", pydantic: "2.14.3" };

/** Makes a real virtual environment without pip, with the metadata of the packages named; returns its Python. */
export function bareEnvironment(folder: string, name: string, packages: Record<string, string> = {}): string {
  const venv = join(folder, name);
  const python = join(venv, "bin/python");
  execFileSync("python3", ["-m", "venv", "--without-pip", venv]);
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const sitePackages = execFileSync(python, ["-c", question], { encoding: "utf8" }).trim();
  for (const [distribution, version] of Object.entries(packages)) {
    const info = join(sitePackages, `${distribution}-${version}.dist-info`);
    mkdirSync(info);
    writeFileSync(join(info, "METADATA"), `Metadata-Version: 2.1\nName: ${distribution}\nVersion: ${version}\n`);
  }
  return python;
}
