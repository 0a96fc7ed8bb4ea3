import { findPython } from "../../src/torch/environment.ts";
import { Session } from "../../src/torch/session.ts";

/** A session on the CPU with the Python that set-up made (or ADSAM_PYTHON names). */
export async function startSession(): Promise<Session> {
  return Session.start({ python: (await findPython({})).path, device: "cpu" });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
