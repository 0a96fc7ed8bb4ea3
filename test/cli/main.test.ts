import { expect, test } from "vitest";
import { packageVersion } from "../../src/package.ts";
import { adsam, start } from "./adsam.ts";

test("--help lists the commands and exits with 0", async () => {
  const { exitCode, stdout, stderr } = await adsam(["--help"]);
  for (const command of ["setup", "doctor", "train", "evaluate", "predict", "conform", "bench"]) {
    expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  }
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test.each([
  ["train", ["default: digits)", "default: 200)", "default: 0.8)", "default: runs/<model>-<dataset>-<time>)"]],
  ["evaluate", ["default: 30)", "default: the run's own)"]],
  ["predict", ["default: 30)", "default: auto)"]],
  ["bench", ["default: all of them)", "default: auto)"]],
])("help %s lists its options with their defaults", async (command, defaults) => {
  const [asked, helped] = await Promise.all([adsam([command, "--help"]), adsam(["help", command])]);
  expect(helped).toEqual(asked);
  expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
  for (const text of defaults) expect(asked.stdout.replaceAll(/\s+/g, " ")).toContain(text);
});

test("--version", async () => {
  expect(await adsam(["--version"])).toEqual({ exitCode: 0, stdout: `${packageVersion()}\n`, stderr: "" });
});

test("without a command it shows the help on stderr and exits with 2", async () => {
  const { exitCode, stdout, stderr } = await adsam([]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("Usage: adsam");
});

test.each([
  [["trian"], "error: unknown command 'trian'\n  Did you mean train?\n"],
  [["train", "--ration", "1"], "error: unknown option '--ration'\n  Did you mean --ratio?\n"],
  [
    ["train", "digits"],
    "error: too many arguments for 'train'. Expected 0 arguments but got 1.\n  `--help` after a command shows what it takes\n",
  ],
  [
    ["train", "--epochs"],
    "error: option '-e, --epochs <count>' argument missing\n  `--help` after a command shows what it takes\n",
  ],
  [["evaluate"], "error: missing required argument 'run'\n  `--help` after a command shows what it takes\n"],
])("wrong use: adsam %j", async (words, message) => {
  expect(await adsam(words)).toEqual({ exitCode: 2, stdout: "", stderr: message });
});

test("with --json a failure is one JSON document on stdout, and nothing on stderr", async () => {
  const { exitCode, stdout, stderr } = await adsam(["train", "--ratio", "2", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    error: { code: "usage", message: "--ratio: expected a number from 0 to 1, got 2" },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
});

test("a reader who leaves early is told by 141 alone, as by other programs", async () => {
  const { process: child, ended } = start(["train", "--help"]);
  child.stdout.destroy();
  expect(await ended).toMatchObject({ exitCode: 141, stderr: "" });
  const wrong = start(["train", "--ratio", "2"]);
  wrong.process.stderr.destroy();
  expect(await wrong.ended).toMatchObject({ exitCode: 2, stdout: "" });
});
