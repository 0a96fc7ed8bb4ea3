import { jsonText } from "../json.ts";

/** What stands in a secret's place. */
const mask = "***";

const secretName = /token|secret|passw|credential|api-?_?key|access-?_?key|private-?_?key|authorization/i;

const shortestSecret = 8;

/** As services begin their tokens: Hugging Face, GitHub, GitLab, OpenAI and its like, Slack, AWS, npm, PyPI, Google; JSON web tokens. */
const tokenBeginning = /^(hf_|gh[a-z]_|github_pat_|glpat-|sk-|xox[a-z]-|AKIA|ASIA|npm_|pypi-|ya29\.|eyJ)/;

/** Words of a command line, with a mask where something looks like a secret: by the name it is given under, or by itself. */
export function withoutSecrets(words: readonly string[]): string[] {
  return words.map((word, i) => {
    const before = words[i - 1];
    if (before?.startsWith("-") && !before.includes("=") && secretName.test(before) && !word.startsWith("-"))
      return mask;
    const equals = word.indexOf("=");
    if (equals > 0 && secretName.test(word.slice(0, equals))) return `${word.slice(0, equals)}=${mask}`;
    return masked(word);
  });
}

/** A document with a mask in the place of what looks like a secret: by the name of its field, or by itself. */
export function maskedValue<Value>(value: Value): Value {
  return JSON.parse(jsonText(value), (name, part: unknown) => {
    if (typeof part !== "string") return part;
    return secretName.test(name) ? mask : masked(part);
  });
}

/** What the environment keeps under a secret's name. Short words are none: they stand in any text. */
function environmentSecrets(): string[] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortestSecret && secretName.test(name) ? [value] : [],
  );
}

/** A text with a mask in the place of each part that looks like a secret, or that the environment keeps as one. */
export function masked(text: string): string {
  const unknown = environmentSecrets().reduce((rest, secret) => rest.replaceAll(secret, mask), text);
  const parts = unknown.replaceAll(/:\/\/[^\s/@]+@/g, `://${mask}@`).split(/([^\w.+-])/);
  return parts.map((part) => (looksSecret(part) ? mask : part)).join("");
}

function looksSecret(part: string): boolean {
  if (part.length >= 16 && tokenBeginning.test(part)) return true;
  if (part.length < 32 || /[.-]/.test(part)) return false;
  return /^[\da-f]+$/i.test(part) || (/\d/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part));
}
