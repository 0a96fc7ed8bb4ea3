import { AdsamError } from "../../errors.ts";
import { systemCode } from "../../files.ts";

/** Where an MLflow server is, and who asks: without what is secret in the address, which goes into the header alone. */
export interface MlflowServer {
  /** Without credentials, and without a slash at its end. */
  readonly uri: string;
  readonly authorization: string | undefined;
}

/**
 * A server by its address; credentials come from the address, otherwise from MLFLOW_TRACKING_TOKEN, or
 * MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
 * @throws AdsamError `usage` for what is no address of a server.
 */
export function serverAt(uri: string): MlflowServer {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    const got = url === undefined ? "something else" : `${url.protocol}//…`;
    throw new AdsamError("usage", `mlflow: expected the address of a server, http://… or https://…, got ${got}`, {
      suggestion: "start one with `mlflow server`, and give http://127.0.0.1:5000",
    });
  }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: name = "",
    MLFLOW_TRACKING_PASSWORD: word = "",
  } = process.env;
  const basic = (one: string, other: string) => `Basic ${Buffer.from(`${one}:${other}`).toString("base64")}`;
  const bearer = token === undefined ? undefined : `Bearer ${token}`;
  const fromEnvironment = name === "" ? bearer : basic(name, word);
  const path = url.pathname.replace(/\/$/, "");
  return { uri: url.origin + path, authorization: user === "" ? fromEnvironment : basic(user, password) };
}

/** An answer by which the server refuses, with MLflow's own code for it, such as RESOURCE_DOES_NOT_EXIST. */
export class MlflowRefusal extends Error {
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(`${status} ${code}${message === "" ? "" : `: ${message}`}`);
    this.code = code;
  }
}

/** Milliseconds for an answer. */
const longestWait = 30_000;

/** Calls to one server, by its REST interface (https://mlflow.org/docs/latest/api_reference/rest-api.html). */
export class MlflowClient {
  readonly #server: MlflowServer;

  constructor(server: MlflowServer) {
    this.#server = server;
  }

  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    return this.#call("GET", `/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`);
  }

  post(path: string, body: object): Promise<unknown> {
    return this.#call("POST", `/api/2.0/mlflow/${path}`, JSON.stringify(body));
  }

  /** Puts a file among a run's artifacts; `path` is that of the server's own store. */
  put(path: string, content: Uint8Array): Promise<unknown> {
    return this.#call("PUT", `/api/2.0/mlflow-artifacts/artifacts/${path}`, content);
  }

  async #call(method: string, path: string, body?: string | Uint8Array): Promise<unknown> {
    const { uri, authorization } = this.#server;
    const type = typeof body === "string" ? "application/json" : "application/octet-stream";
    const ask = () =>
      fetch(uri + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": type }),
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) }),
        redirect: "error", // the header is for this server alone
        signal: AbortSignal.timeout(longestWait),
      });
    // A connection that was kept may have been closed meanwhile, unseen while the network computed; asking twice changes nothing.
    const response = await ask().catch((error: unknown) => (isClosed(error) ? ask() : Promise.reject(error)));
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok && answer !== undefined) return answer;
    const { error_code: code = response.statusText, message = "" } = Object(answer);
    throw new MlflowRefusal(response.status, String(code), String(message).split("\n", 1)[0]?.slice(0, 300) ?? "");
  }
}

function isClosed(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(systemCode(cause) ?? "");
}

function parsed(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
