import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

function files(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(extension))
    .map((path) => join(folder, path));
}

/** What a file imports: paths below src for its own files, names for packages. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const specifiers = [...text.matchAll(/(?:from|import|require)[\s(]+"([^"]+)"/g)].flatMap(([, name]) => name ?? []);
  return specifiers.map((name) => (name.startsWith(".") ? relative(source, resolve(dirname(path), name)) : name));
}

const imports = new Map(files(source, ".ts").map((path) => [relative(source, path), importsOf(path)]));

function importsFrom(room: string): [string, string][] {
  return [...imports].flatMap(([path, names]) =>
    path.startsWith(`${room}/`) ? names.map((name): [string, string] => [path, name]) : [],
  );
}

describe("the rooms keep to themselves", () => {
  test("only torch/session.ts imports pythonia", () => {
    const users = [...imports].filter(([, names]) => names.includes("pythonia")).map(([path]) => path);
    expect(users).toEqual(["torch/session.ts"]);
  });

  test("schema imports nothing but zod and itself", () => {
    const strangers = importsFrom("schema").filter(([, name]) => name !== "zod" && !name.startsWith("schema/"));
    expect(strangers).toEqual([]);
  });

  test("the backend's interfaces know no backend but by name", () => {
    const known = (imports.get("backend.ts") ?? []).filter((name) => name.startsWith("torch/"));
    expect(known).toEqual(["torch/backend.ts"]);
  });

  test.each(["data", "conformance", "experiments"])("%s knows no backend", (room) => {
    expect(importsFrom(room).filter(([, name]) => /^(torch|tfjs|cli)\//.test(name))).toEqual([]);
  });

  test("the command line uses the public API, and the environment that it sets up", () => {
    const strangers = importsFrom("cli").filter(
      ([, name]) => /^(torch|tfjs)\//.test(name) && name !== "torch/environment.ts",
    );
    expect(strangers).toEqual([]);
  });

  test("the Python package knows nothing of the bridge", () => {
    const knowing = files(join(root, "python/adversarial_sampling"), ".py").filter((path) =>
      /adsam_bridge/.test(readFileSync(path, "utf8")),
    );
    expect(knowing).toEqual([]);
  });
});

test("files are small", () => {
  const long = [...files(source, ".ts"), ...files(join(root, "python"), ".py")]
    .filter((path) => !path.endsWith("_protocol.py"))
    .map((path): [string, number] => [relative(root, path), readFileSync(path, "utf8").split("\n").length])
    .filter(([, lines]) => lines > 260);
  expect(long).toEqual([]);
});
