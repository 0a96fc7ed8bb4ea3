export const oldestPython = "3.10";

/** Whether a version such as `2.13.0+cpu` or `2.2.0rc1` is `oldest` or later, by its major and minor numbers. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [major, minor] = numbersOf(version);
  const [oldestMajor, oldestMinor] = numbersOf(oldest);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function numbersOf(version: string): readonly [major: number, minor: number] {
  const [, major, minor] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return [Number(major ?? -1), Number(minor ?? 0)];
}
