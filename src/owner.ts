import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import * as z from "zod";
import { systemCode } from "./files.ts";
import { ask } from "./installation/program.ts";

const owner = z.object({
  pid: z.int(),
  host: z.string(),
  since: z.iso.datetime(),
  /** Within which a process number means one process at a time. */
  machine: z.string(),
  /** When the process began, in the machine's own terms: a number comes round again, a beginning does not. */
  began: z.string().nullable(),
});

/** A process that holds something, told apart from all others that had its number, or will have it. */
export type Owner = z.output<typeof owner>;

/** This process. */
export async function thisProcess(): Promise<Owner> {
  const [machine, began] = await Promise.all([thisMachine(), beginningOf(process.pid)]);
  return { pid: process.pid, host: hostname(), since: new Date().toISOString(), machine, began };
}

export function describeOwner({ pid, host, since }: Owner): string {
  return `process ${pid} on ${host}, since ${since}`;
}

/** The owner that a text describes; null for another text. */
export function parseOwner(text: string): Owner | null {
  try {
    return owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether the process is still there; null for one of another machine or container, whom nobody can ask from here. */
export async function isAlive({ pid, machine, began }: Owner): Promise<boolean | null> {
  if (machine !== (await thisMachine())) return null;
  if (!hasProcess(pid)) return false;
  const now = await beginningOf(pid);
  return now === began || now === null || began === null;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** The host since it was started, and the container in it. */
async function thisMachine(): Promise<string> {
  const boot = readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const container = readlink("/proc/self/ns/pid").catch(() => "");
  return [hostname(), (await boot).trim(), await container].filter(Boolean).join(" ");
}

/** null where the system does not say it; "gone" for a process that has ended and was not yet waited for. */
async function beginningOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat !== null) {
    // pid (name) state …: the name may hold anything. proc(5) counts the beginning as field 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "gone" : (fields[19] ?? null);
  }
  const answer = await ask("ps", ["-o", "lstart=", "-p", String(pid)]);
  return answer.ok ? answer.stdout.trim() : null;
}
