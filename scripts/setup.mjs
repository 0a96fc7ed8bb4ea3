#!/usr/bin/env node
/**
 * Makes a fresh clone ready: Node packages, the compiled package, the Python environment, TensorFlow for the twin. Needs
 * nothing but Node and npm, so it is plain JavaScript. What is ready is left alone; finding that out takes a fraction of a second.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const inRoot = (...parts) => join(root, ...parts);
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const say = (line) => console.error(`set-up: ${line}`);

/** What set-up cannot mend by itself. */
class SetUpError extends Error {
  constructor(message, { exitCode = 1, suggestion } = {}) {
    super(message);
    this.exitCode = exitCode;
    this.suggestion = suggestion;
  }
}

/**
 * Makes ready what is not, and returns the Python to use. With ADSAM_PYTHON that one is only looked at.
 * `check` also looks inside what seems ready: the Python environment, the addon of tfjs-node.
 */
export async function setUp({ check = false } = {}) {
  requireNode();
  if (!nodePackagesAreCurrent()) timed("Node packages", installNodePackages);
  const sources = hashOfSources();
  if (!buildIsCurrent(sources)) timed("the compiled package", () => build(sources));
  const python = await preparePython(check);
  await prepareEngine(python, check);
  return { python };
}

function requireNode() {
  const oldest = readJson(inRoot("package.json")).engines.node.replace(">=", "");
  const numbers = (version) => version.split(".").map(Number);
  const [major, minor = 0] = numbers(oldest);
  const [ownMajor, ownMinor] = numbers(process.versions.node);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new SetUpError(`expected Node ${oldest} or later, got ${process.versions.node}`, {
    exitCode: 3,
    suggestion: "install a newer Node and try again",
  });
}

/** npm notes in node_modules what it put there; only packages for other platforms may lack. */
function nodePackagesAreCurrent() {
  const note = inRoot("node_modules/.package-lock.json");
  if (!existsSync(note)) return false;
  const installed = readJson(note).packages;
  return Object.entries(readJson(inRoot("package-lock.json")).packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.integrity === wanted.integrity;
  });
}

function installNodePackages() {
  // The compiler is a development package, which NODE_ENV=production or a configuration would leave out.
  run("npm", ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"], {
    failure: "npm could not install the Node packages",
    suggestion: "check the network, the free disk space and npm's configuration, then try again",
  });
}

const buildStamp = inRoot(".adsam/build-stamp");
const command = inRoot("dist/cli/main.js");

function hashOfSources() {
  const sources = readdirSync(inRoot("src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"].map((name) =>
    inRoot(name),
  );
  const hash = createHash("sha256");
  for (const path of [...sources, ...settings].sort()) hash.update(path).update("\0").update(readFileSync(path));
  return hash.digest("hex");
}

function buildIsCurrent(sources) {
  return existsSync(command) && existsSync(buildStamp) && readFileSync(buildStamp, "utf8") === sources;
}

/** Compiles beside `dist` and then takes its place: no file of an earlier build lingers, and a failure leaves that build whole. */
function build(sources) {
  const fresh = `dist-${process.pid}`;
  try {
    run(process.execPath, [inRoot("node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", fresh], {
      failure: "the package does not compile",
      suggestion: "mend what the compiler names above, then try again",
    });
    chmodSync(inRoot(fresh, "cli/main.js"), 0o755);
    rmSync(inRoot("dist"), { recursive: true, force: true });
    renameSync(inRoot(fresh), inRoot("dist"));
  } finally {
    rmSync(inRoot(fresh), { recursive: true, force: true });
  }
  mkdirSync(inRoot(".adsam"), { recursive: true });
  writeFileSync(buildStamp, sources);
}

async function preparePython(check) {
  const { compileKernels, findPython, inspectPython, makeEnvironment, requireHealthy } = await import(
    pathToFileURL(inRoot("dist/torch/environment.js")).href
  );
  if (process.env.ADSAM_PYTHON) {
    const { path } = await findPython();
    requireHealthy(await inspectPython(path));
    return path;
  }
  const began = performance.now();
  const { python, made } = await makeEnvironment({ onLine: say, check });
  if (made) say(`the Python environment: ready in ${secondsSince(began)}`);
  const noKernels = made || check ? await compileKernels(python) : null;
  if (noKernels !== null) say(`training on a CPU will be slower, by torch's kernels: ${noKernels}`);
  return python;
}

/** Without it the twin computes in plain JavaScript: slow, but no reason to stop here. */
async function prepareEngine(python, check) {
  const { prepareAddon } = await import(pathToFileURL(inRoot("dist/tfjs/engine.js")).href);
  const began = performance.now();
  const engine = await prepareAddon({ python, onLine: say, check });
  if (!engine.ready) say(`the TensorFlow.js twin will be slow, in plain JavaScript: ${engine.reason}`);
  else if (engine.made) say(`TensorFlow for the twin: ready in ${secondsSince(began)}`);
}

function timed(what, work) {
  const began = performance.now();
  say(`${what} …`);
  work();
  say(`${what}: ready in ${secondsSince(began)}`);
}

const secondsSince = (began) => `${((performance.now() - began) / 1000).toFixed(1)} s`;

function run(program, args, { failure, suggestion }) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status === 0) return;
  const said = error ? error.message : beginning(`${stdout}${stderr}`);
  throw new SetUpError(`${failure}\n${said}`, { exitCode: error?.code === "ENOENT" ? 3 : 1, suggestion });
}

/** The errors come first; npm goes on with its manual. */
function beginning(text) {
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("npm warn"));
  return lines.slice(0, 20).join("\n");
}

/** Shows why set-up failed and returns the exit code: 3 when the environment lacks something. */
export function explain(error) {
  console.error(`set-up failed: ${error.message}`);
  if (error.suggestion) console.error(`→ ${error.suggestion}`);
  if (!error.suggestion && !(error instanceof SetUpError)) console.error(error.stack);
  return error.exitCode ?? (error.code === "environment" ? 3 : 1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    const { python } = await setUp({ check: true });
    say(`everything is ready; Python is ${python}`);
  } catch (error) {
    process.exitCode = explain(error);
  }
}
