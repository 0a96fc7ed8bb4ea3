import { createServer, type Server, type Socket } from "node:net";
import { type JobEvent, jobEvent } from "../schema/endpoints.ts";

/** The session's second channel: a socket on which Python tells how its jobs go, one JSON document a line. */
export class EventSocket {
  /** Takes each event. */
  onEvent: (event: JobEvent) => void = () => {};
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.unref();
  }

  /** Listens at `path`. Neither the server nor its connection keeps Node alive. */
  static async listen(path: string): Promise<EventSocket> {
    const events = new EventSocket();
    await new Promise<void>((resolve, reject) => {
      events.#server.once("error", reject).listen(path, resolve);
    });
    return events;
  }

  close(): void {
    this.#server.close();
  }

  #accept(socket: Socket): void {
    let rest = "";
    socket.unref();
    socket.setEncoding("utf8");
    // A reset says that Python is gone, which the process's exit tells better.
    socket.on("error", () => socket.destroy());
    socket.on("data", (text) => {
      const lines = (rest + String(text)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.onEvent(jobEvent.parse(JSON.parse(line)));
    });
  }
}
