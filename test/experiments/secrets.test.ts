import { expect, test, vi } from "vitest";
import { masked, maskedValue, withoutSecrets } from "../../src/experiments/secrets.ts";

test.each([
  ["the value of an option that names one", ["--hf-token", "abc"], ["--hf-token", "***"]],
  ["one behind an equals sign", ["--api_key=abc", "WANDB_API_KEY=x"], ["--api_key=***", "WANDB_API_KEY=***"]],
  ["a password in an address", ["http://me:pass@host:1/x"], ["http://***@host:1/x"]],
  ["a token of a known kind", [`x:hf_${"a1".repeat(12)}`], ["x:***"]],
  ["a long hexadecimal number", ["0123456789abcdef".repeat(2)], ["***"]],
  ["a long mixture of letters and digits", ["aB3".repeat(12)], ["***"]],
])("%s is not kept", (_, words, kept) => {
  expect(withoutSecrets(words)).toEqual(kept);
});

test("what is no secret stays as it is", () => {
  const words = [
    ...["/usr/lib/adsam/main.js", "train", "--run", "runs/resnet20-digits-20260102-030405678Z", "--epochs", "2"],
    ...["--data", "a folder/with spaces", "--tag", "first", "--token", "--json", "https://host/path@2"],
  ];
  expect(withoutSecrets(words)).toEqual(words);
});

test("a document is kept without its secrets, wherever they stand", () => {
  const document = { python: `http://me:pass@host/x`, deeper: [{ apiKey: "abc", epochs: 2 }], token: null };
  const kept = { python: "http://***@host/x", deeper: [{ apiKey: "***", epochs: 2 }], token: null };
  expect(maskedValue(document)).toEqual(kept);
});

test("what the environment keeps as a secret is one in any text, unless it is a word too short to tell", () => {
  vi.stubEnv("MY_PASSWORD", "correct horse");
  vi.stubEnv("OTHER_TOKEN", "first");
  expect(masked("my first note: correct horse!")).toBe("my first note: ***!");
  vi.unstubAllEnvs();
});
