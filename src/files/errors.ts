import { dirname } from "node:path";
import { types } from "node:util";
import { AdsamError } from "../errors.ts";

const reasons: Readonly<Record<string, readonly [reason: string, suggestion: string]>> = {
  EACCES: ["permission denied", "check the permissions of the file and its folder"],
  EPERM: ["the system does not permit it", "check the permissions of the file and its folder"],
  EROFS: ["the file system is read-only", "choose another folder"],
  EISDIR: ["it is a folder", "give the path of a file"],
  ENOTDIR: ["a part of the path is not a folder", "check the path"],
  ENOSPC: ["no space is left on the device", "free some space, or choose another folder"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose another folder"],
  ENAMETOOLONG: ["the name is too long", "choose a shorter one"],
  ELOOP: ["its symbolic links lead in a circle", "mend the links"],
  EFBIG: ["the file would be larger than this process may write", "raise the limit (ulimit -f)"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
};

const noRoom: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** An AdsamError for a failed system call, `disk` when there is no room and `file` otherwise; any other error as it is. */
export function fileError(error: unknown, doing: "read" | "write", path: string): unknown {
  if (path.includes("\0"))
    return new AdsamError("file", `no file has the path ${JSON.stringify(path)}`, { cause: error });
  const code = systemCode(error);
  if (code === undefined) return error;
  const [reason, suggestion] = explain(code, doing, path) ?? [String(error), undefined];
  return new AdsamError(noRoom.has(code) ? "disk" : "file", `cannot ${doing} ${path}: ${reason}`, {
    suggestion,
    cause: error,
  });
}

/** `ENOENT` and its like, of a system call that failed. */
export function systemCode(error: unknown): string | undefined {
  // A test runner may run us in a context whose Error is not the one that Node's modules throw.
  const failed = types.isNativeError(error) && "syscall" in error && "code" in error;
  return failed ? String(error.code) : undefined;
}

function explain(code: string, doing: "read" | "write", path: string) {
  if (code !== "ENOENT") return reasons[code];
  return doing === "read"
    ? (["there is no such file", "check the path"] as const)
    : ([`there is no folder ${dirname(path)}`, "create the folder first"] as const);
}
