/**
 * Where a server is, and how it is called over HTTP.
 *
 * @module
 */
import { SECRET } from "../core/contract/token.ts";
import { given } from "../tools/mod.ts";
import { ServerUnreachable } from "./errors.ts";

/** Where a server is and who calls. */
export interface Address {
  /** `http://HOST:PORT` or `https://…`. */
  readonly url: URL;
  /** The bearer token; undefined in a browser that has signed in already. */
  readonly token: string | undefined;
  /** See `ConnectOptions.transport`. */
  readonly transport: object | undefined;
}

/**
 * An address as a program gives it.
 *
 * @throws {TypeError} If the URL is none of HTTP, or the token could not be sent; the secret is not repeated.
 */
export function addressOf(
  url: string | URL,
  { token, transport }: { token?: string | undefined; transport?: object | undefined },
): Address {
  // URL.parse is younger than Node 22.0.
  const at = URL.canParse(url) ? new URL(url) : undefined;
  if (at === undefined || !/^https?:$/.test(at.protocol)) {
    throw new TypeError(`Cannot call ${JSON.stringify(String(url))}: it must be as http://127.0.0.1:8274`);
  }
  if (token !== undefined && !SECRET.test(token)) {
    throw new TypeError(`Cannot call ${at.origin}: its token must be printable ASCII without spaces`);
  }
  return { url: at, token, transport };
}

/** What goes with every call of whoever has a token. */
export function authorization({ token }: Address): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** A call over HTTP: what `fetch` knows, and what is ours. */
export interface PathRequest {
  /** With the query. */
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  redirect?: RequestRedirect;
  signal?: AbortSignal | undefined;
  /** How long answer and body may take, milliseconds. */
  patience: number;
}

/**
 * Fetches a path of the server, in the name of whoever calls.
 *
 * @throws {ServerUnreachable} If it cannot be reached, or does not answer in time. The signal's reason if that aborts.
 */
export async function fetchPath(
  address: Address,
  { path, headers, signal, patience, ...request }: PathRequest,
): Promise<Response> {
  const late = patience === Infinity ? undefined : AbortSignal.timeout(patience);
  try {
    return await fetch(new URL(path, address.url), {
      ...request,
      headers: { ...authorization(address), ...headers },
      signal: AbortSignal.any(Object.values(given({ signal, late }))),
      ...address.transport,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const words = late?.aborted ? "does not answer" : "cannot be reached";
    throw new ServerUnreachable(`${address.url.origin} ${words}`, { cause, answered: false });
  }
}

/**
 * The text of an answer.
 *
 * @param options.what What it is, as a sentence begins.
 * @throws {ServerUnreachable} If it breaks off, or takes too long. The signal's reason if that aborts.
 */
export async function bodyOf(
  answer: Response,
  { what, signal }: { what: string; signal: AbortSignal | undefined },
): Promise<string> {
  try {
    return await answer.text();
  } catch (cause) {
    throw brokenOff(cause, { what, signal });
  }
}

/** The bytes of an answer as they come. @throws As {@linkcode bodyOf}. */
export async function* piecesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { what, signal }: { what: string; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = body.getReader();
  const next = () =>
    reader.read().catch((cause) => {
      throw brokenOff(cause, { what, signal });
    });
  try {
    for (let piece = await next(); !piece.done; piece = await next()) yield piece.value;
  } finally {
    // Whoever takes no more of it lets the server go.
    await reader.cancel().catch(() => {});
  }
}

function brokenOff(
  cause: unknown,
  { what, signal }: { what: string; signal: AbortSignal | undefined },
): ServerUnreachable {
  signal?.throwIfAborted();
  return new ServerUnreachable(`${what} broke off`, { cause, answered: true });
}
