/**
 * Time stamps of checkpoints, by RFC 3161: that one was there at a time which somebody else vouches for.
 *
 * @module
 */
import type { Checkpoint } from "../core/contract/history.ts";
import { Attempts, type AttemptState, type AttemptWatch } from "./attempts.ts";
import { lineOf } from "./signing.ts";
import { post } from "./post.ts";

/** What an answer may have at most; one has some kilobytes, with the certificates of who stamped. */
const MOST_BYTES = 65_536;

/** Has checkpoints stamped by one authority. */
export class Stamping {
  readonly #url: string;
  readonly #attempts: Attempts;

  /** @param url The authority's, of HTTP or HTTPS. */
  constructor(url: string, watch: AttemptWatch) {
    this.#url = url;
    this.#attempts = new Attempts("timestamps", watch);
  }

  get state(): AttemptState {
    return this.#attempts.state;
  }

  /** The checkpoint with a stamp, or as it is where there is none to be had. It never rejects. */
  async stamp(checkpoint: Checkpoint, signal: AbortSignal): Promise<Checkpoint> {
    try {
      const timestamp = await this.#ask(lineOf(checkpoint), signal);
      this.#attempts.took();
      return { ...checkpoint, timestamp };
    } catch (error) {
      // Given up since the server ends: that is no failure of the authority's.
      if (signal.reason?.name !== "AbortError") this.#attempts.failed(error);
      return checkpoint;
    }
  }

  async #ask(line: BufferSource, signal: AbortSignal): Promise<string> {
    const { stampRequest, tokenIn } = await loadRfc3161();
    const asked = await stampRequest(line);
    const response = await post(this.#url, {
      body: asked.der,
      headers: { "content-type": "application/timestamp-query", accept: "application/timestamp-reply" },
      signal,
    });
    return tokenIn(await bytesOf(response, signal), asked).toBase64();
  }
}

/** Where `rfc3161.ts` is: a name that no graph of modules shows, so that its packages are fetched for this alone. */
const RFC3161 = new URL("rfc3161.ts", import.meta.url).href;

/** Loads what a server that has nothing stamped does not load, and does not fetch. */
async function loadRfc3161(): Promise<typeof import("./rfc3161.ts")> {
  return await import(RFC3161);
}

/** Reads a body that must not be long. */
async function bytesOf(response: Response, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const read: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      size += piece.length;
      if (size > MOST_BYTES) break;
      read.push(piece);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new Error("its answer broke off", { cause: error });
  }
  if (size > MOST_BYTES) throw new Error(`its answer has more than ${MOST_BYTES} bytes`);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of read) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
