import { createServer, type Server, type Socket } from "node:net";
import * as z from "zod";
import { count } from "../schema/numbers.ts";

const addressed = z.looseObject({ job: count.optional() });

/** Who is told what comes over the socket. */
export interface EventListener {
  /** Something about a job: a `JobEvent`, if Python keeps to the protocol. */
  onEvent(job: number, told: unknown): void;
  /** Something about a function that Python may call: a `CallbackEvent`. */
  onCallback(told: unknown): void;
  /** Something that is no message. */
  onNonsense(reason: Error): void;
}

/** The session's second channel: a socket on which Python tells how its jobs go, one JSON document a line. */
export class EventSocket {
  readonly #server: Server;

  private constructor(listener: EventListener) {
    this.#server = createServer((socket) => listen(socket, listener));
    this.#server.unref();
  }

  /** Opens it at `path`. Neither the server nor its connection keeps Node alive. */
  static async open(path: string, listener: EventListener): Promise<EventSocket> {
    const events = new EventSocket(listener);
    await new Promise<void>((resolve, reject) => {
      events.#server.once("error", reject).listen(path, resolve);
    });
    return events;
  }

  close(): void {
    this.#server.close();
  }
}

function listen(socket: Socket, listener: EventListener): void {
  let begun: string[] = []; // pieces of a line that has not ended
  socket.unref();
  socket.setEncoding("utf8");
  // A reset says that Python is gone, which the process's exit tells better.
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    const [first = "", ...others] = text.split("\n");
    begun.push(first);
    for (const next of others) {
      hear(begun.join(""), listener);
      begun = [next];
    }
  });
}

function hear(line: string, listener: EventListener): void {
  let told: z.output<typeof addressed>;
  try {
    told = addressed.parse(JSON.parse(line));
  } catch (error) {
    listener.onNonsense(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  if (told.job === undefined) listener.onCallback(told);
  else listener.onEvent(told.job, told);
}
