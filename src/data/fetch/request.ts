import { AdsamError } from "../../errors.ts";

/** What comes of a file. */
export interface Transfer {
  /** The first byte that comes. */
  readonly start: number;
  /** Bytes of the whole file; null: the server does not say. */
  readonly total: number | null;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Said of errors that a further attempt may mend. */
export const goesOn = "run it again: it goes on where it was interrupted";

/**
 * Asks a server for a file, from a byte on; one that knows no ranges sends the whole.
 * @throws AdsamError `environment` when it cannot be reached, breaks off or fails; `file` when it has no such file;
 *   `cancelled` when the signal fires.
 */
export async function request(url: string, from: number, signal: AbortSignal | undefined): Promise<Transfer> {
  const response = await answered(url, from, signal);
  if (response.status === 416 && from > 0) {
    await response.body?.cancel();
    return request(url, 0, signal); // what is there is longer than the file, or all of it
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw refusal(url, response);
  }
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const [, begin, whole] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const partial = response.status === 206;
  if (partial && Number(begin) !== from)
    throw new AdsamError("environment", `${url}: expected bytes from ${from}, got ${begin}`);
  const total = partial ? Number(whole) : response.headers.has("content-encoding") ? Number.NaN : length;
  return {
    start: partial ? from : 0,
    total: Number.isFinite(total) ? total : null,
    chunks: chunksOf(response.body, url, signal),
  };
}

async function answered(url: string, from: number, signal: AbortSignal | undefined): Promise<Response> {
  const headers = { "accept-encoding": "identity", ...(from === 0 ? {} : { range: `bytes=${from}-` }) };
  try {
    return await fetch(url, { headers, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw failure(error, `cannot reach ${url}`, signal);
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>, url: string, signal: AbortSignal | undefined) {
  try {
    yield* body;
  } catch (error) {
    throw failure(error, `${url} broke off`, signal);
  }
}

function failure(error: unknown, what: string, signal: AbortSignal | undefined): AdsamError {
  if (signal?.aborted === true) return new AdsamError("cancelled", "cancelled", { cause: error });
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AdsamError("environment", `${what}: ${reason}`, { suggestion: goesOn, cause: error });
}

function refusal(url: string, { status, statusText }: Response): AdsamError {
  const said = `${url}: expected a file, got ${status} ${statusText}`.trimEnd();
  if (status >= 500) return new AdsamError("environment", said, { suggestion: goesOn });
  return new AdsamError("file", said, { suggestion: "name a server that has the file with --mirror" });
}
