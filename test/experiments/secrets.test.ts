import { expect, test } from "vitest";
import { withoutSecrets } from "../../src/experiments/secrets.ts";

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
