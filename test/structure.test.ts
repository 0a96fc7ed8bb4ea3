import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

function files(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(extension))
    .map((path) => join(folder, path));
}

/** What a text imports: paths below src for its own files, names for packages. */
function specifiers(text: string, path: string): string[] {
  const names = [...text.matchAll(/(?:from|import|require)[\s(]+"([^"]+)"/g)].flatMap(([, name]) => name ?? []);
  return names.map((name) => (name.startsWith(".") ? relative(source, resolve(dirname(path), name)) : name));
}

function importsOf(path: string): string[] {
  return specifiers(readFileSync(path, "utf8"), path);
}

/** Without what only types need: the compiler leaves that out. */
function loadedBy(path: string): string[] {
  const erased = /\/\*.*?\*\/|import type [^;]*;|export type \{[^;]*;/gs;
  return specifiers(readFileSync(path, "utf8").replaceAll(erased, ""), path);
}

const imports = new Map(files(source, ".ts").map((path) => [relative(source, path), importsOf(path)]));

function importsFrom(room: string): [string, string][] {
  return [...imports].flatMap(([path, names]) =>
    path.startsWith(`${room}/`) ? names.map((name): [string, string] => [path, name]) : [],
  );
}

describe("the rooms keep to themselves", () => {
  test("only torch/pythonia.ts loads pythonia", () => {
    const users = [...imports.keys()].filter((path) => readFileSync(join(source, path), "utf8").includes('"pythonia"'));
    expect(users).toEqual(["torch/pythonia.ts"]);
  });

  test("only report/draw.ts loads Vega, when it draws", () => {
    const users = [...imports].filter(([, names]) => names.some((name) => /^vega/.test(name)));
    const loading = users.filter(([path]) => loadedBy(join(source, path)).some((name) => /^vega/.test(name)));
    expect(loading.map(([path]) => path)).toEqual(["report/draw.ts"]);
    const draw = readFileSync(join(source, "report/draw.ts"), "utf8");
    expect(draw).not.toMatch(/^import (?!type)[^;]*"vega/m);
  });

  test("schema imports nothing but zod and itself", () => {
    const strangers = importsFrom("schema").filter(([, name]) => name !== "zod" && !name.startsWith("schema/"));
    expect(strangers).toEqual([]);
  });

  test("the backend's interfaces know no backend", () => {
    expect((imports.get("backend.ts") ?? []).filter((name) => /^(torch|tfjs)\//.test(name))).toEqual([]);
  });

  test("only open.ts knows which backends there are", () => {
    const users = [...imports].filter(([, names]) => names.some((name) => /^(torch|tfjs)\/backend\.ts$/.test(name)));
    expect(users.map(([path]) => path)).toEqual(["open.ts"]);
  });

  test("the twin imports nothing of the bridge", () => {
    expect(importsFrom("tfjs").filter(([, name]) => name.startsWith("torch/"))).toEqual([]);
  });

  test("what a browser imports of the twin needs no Node", () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      if (imports.has(path)) for (const name of loadedBy(join(source, path))) visit(name);
    };
    visit("tfjs/index.ts");
    const packages = [...reached].filter((name) => !imports.has(name));
    expect(packages.sort()).toEqual(["@tensorflow/tfjs-core", "leven", "zod"]);
  });

  test.each(["data", "conformance", "experiments", "report"])("%s knows no backend", (room) => {
    expect(importsFrom(room).filter(([, name]) => /^(torch|tfjs|cli)\//.test(name))).toEqual([]);
  });

  test("conformance's rooms stand on few others: recorded numbers, pairs and bisection know nothing of each other", () => {
    const rooms = ["golden", "kernels", "pairs", "suites", "bisect", "locate", "prove", "reports", "twins"];
    const used = (room: string) =>
      rooms.filter(
        (other) =>
          other !== room &&
          importsFrom(`conformance/${room}`).some(([, name]) => name.startsWith(`conformance/${other}/`)),
      );
    expect(Object.fromEntries(rooms.map((room) => [room, used(room)]))).toEqual({
      golden: ["reports"],
      kernels: [],
      pairs: [],
      suites: ["pairs", "reports"],
      bisect: [],
      locate: ["prove"],
      prove: ["kernels", "pairs", "reports"],
      reports: [],
      twins: ["pairs", "suites", "prove"],
    });
  });

  test("no two files of conformance are named alike", () => {
    const names = [...imports.keys()].filter((path) => path.startsWith("conformance/")).map((path) => basename(path));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("the command line uses the public API, and what it sets up", () => {
    const strangers = importsFrom("cli").filter(
      ([, name]) => /^(torch|tfjs)\//.test(name) && name !== "torch/environment.ts" && name !== "tfjs/engine.ts",
    );
    expect(strangers).toEqual([]);
  });

  test("the benchmarks use the public API, and look beneath it for the bridge alone", () => {
    const beneath = importsFrom("bench").filter(([, name]) => /^(torch|tfjs|cli)\//.test(name));
    expect(beneath).toEqual([
      ["bench/bench.ts", "torch/environment.ts"],
      ["bench/contender.ts", "torch/environment.ts"],
      ["bench/suites/bridge.ts", "torch/session.ts"],
    ]);
  });

  test("the Python package knows nothing of the bridge and the benchmarks", () => {
    const knowing = files(join(root, "python/adversarial_sampling"), ".py").filter((path) =>
      /adsam_(bridge|bench)/.test(readFileSync(path, "utf8")),
    );
    expect(knowing).toEqual([]);
  });
});

test("no files import each other in a circle, types included", () => {
  const reachable = (start: string): Set<string> => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      for (const next of imports.get(path) ?? []) {
        if (!imports.has(next) || reached.has(next)) continue;
        reached.add(next);
        visit(next);
      }
    };
    visit(start);
    return reached;
  };
  expect([...imports.keys()].filter((path) => reachable(path).has(path))).toEqual([]);
});

/** What has no counterpart on the other side, and why. Everything else stands on both sides, under one name. */
const alone = {
  "src/tfjs": {
    "what a session of Python does": ["backend", "jobs", "model", "pace"],
    "TensorFlow itself, and what it lacks": ["engine", "engine/*", "kernels/*", "tensors", "index"],
    "an operation that the bridge computes": ["python-operation"],
    "a step on flat vectors: torch's tensors are views of them": ["fast/vectors", "fast/weights"],
    "classes that Python mixes into its layers": ["layers/convolution", "layers/normalization"],
    "files, apart from what runs in a browser": ["model-files", "keeper"],
  },
  "python/adversarial_sampling": {
    "the protocol, and what a package has": ["_protocol", "errors", "version", "__init__", "*/__init__"],
    "the step as it is defined, beside the fast one": ["adversarial", "flat"],
    "what the bridge shares between both languages in TypeScript": [
      "files",
      "event_log",
      "normalization",
      "canonical",
      "dtypes",
      "tap",
      "uniform",
      "patience",
      "schedules",
    ],
    "torch casts and wraps modules, which the twin has nothing like": ["models/given"],
    "formats that torch alone reads": ["pickled", "safetensors_format"],
    "GPUs, half precision and native kernels": [
      "device",
      "loss_scale",
      "replay",
      "sampled",
      "low_precision",
      "layers/kernels",
      "fast/differentiate",
      "native/*",
      "gpu/*",
    ],
  },
};

test("the twin mirrors the Python package: a file has a counterpart of its name, or a reason to stand alone", () => {
  const rooms = (folder: string, extension: string, reasons: Readonly<Record<string, readonly string[]>>) => {
    const patterns = Object.values(reasons).flat();
    const all = files(join(root, folder), extension).map((path) =>
      relative(join(root, folder), path).slice(0, -extension.length),
    );
    const idle = patterns.filter((pattern) => !all.some((name) => matchesGlob(name, pattern)));
    const paired = all.filter((name) => !patterns.some((pattern) => matchesGlob(name, pattern)));
    return { paired: paired.map((name) => name.replaceAll("-", "_")).sort(), idle };
  };
  const twin = rooms("src/tfjs", ".ts", alone["src/tfjs"]);
  const python = rooms("python/adversarial_sampling", ".py", alone["python/adversarial_sampling"]);
  expect(twin.paired).toEqual(python.paired);
  expect([...twin.idle, ...python.idle], "a reason for what is not there").toEqual([]);
});

/** `*` stands for one name. */
function matchesGlob(name: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replaceAll("*", "[^/]+")}$`).test(name);
}

test("files are small", () => {
  const long = [...files(source, ".ts"), ...files(join(root, "python"), ".py")]
    .filter((path) => !/_protocol\.py$|\.generated\.ts$/.test(path))
    .map((path): [string, number] => [relative(root, path), readFileSync(path, "utf8").split("\n").length])
    .filter(([, lines]) => lines > 260);
  expect(long).toEqual([]);
});
