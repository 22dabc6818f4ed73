/**
 * Opens the socket in Deno, Node and browsers: the first two can send a token with it, a browser can only send a cookie.
 *
 * @module
 */
import { CallRefused } from "./errors.ts";

/** Where a server is and who calls. */
export interface Address {
  /** `http://HOST:PORT` or `https://…`. */
  url: URL;
  /** The bearer token; undefined in a browser that has signed in already. */
  token: string | undefined;
}

/** A socket that has not opened by then is given up, milliseconds. */
const OPEN_MS = 10_000;

/** What Deno and Node take beyond the standard. */
type SocketWithHeaders = new (url: URL, options: { headers: Record<string, string> }) => WebSocket;

/**
 * Opens a socket.
 *
 * @throws {CallRefused} If the server does not let it in; `code` is the HTTP status.
 * @throws {TypeError} If the server cannot be reached.
 */
export async function openSocket(address: Address, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted();
  const { url, token } = address;
  const at = new URL("/v1/socket", url);
  at.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (token !== undefined && !canSendHeaders()) await signIn(address, signal);
  const socket = token !== undefined && canSendHeaders()
    ? new (WebSocket as unknown as SocketWithHeaders)(at, { headers: { authorization: `Bearer ${token}` } })
    : new WebSocket(at);
  const late = AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]);
  const opened = await new Promise<boolean>((resolve) => {
    const give = (open: boolean) => () => {
      late.removeEventListener("abort", abandon);
      resolve(open);
    };
    const abandon = () => {
      socket.close();
      resolve(false);
    };
    late.addEventListener("abort", abandon, { once: true });
    socket.onopen = give(true);
    socket.onerror = socket.onclose = give(false);
  });
  if (opened) return socket;
  signal.throwIfAborted();
  throw await whyNot(address, signal);
}

/** A browser's WebSocket takes no headers, and would take an object for the name of a protocol. */
function canSendHeaders(): boolean {
  return /^(Deno|Node\.js|Bun)\//.test(navigator.userAgent);
}

/** Trades the token for a cookie that goes with the socket. */
async function signIn({ url, token }: Address, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(new URL("/v1/session", url), { method: "POST", headers, signal });
  if (!answer.ok) throw await refusalOf(answer);
  await answer.body?.cancel();
}

/**
 * Makes sure that a server is there and takes the token: a socket that does not open says neither, and asking twice with a wrong token would count twice.
 *
 * @throws {CallRefused} If it does not; `code` is the HTTP status.
 * @throws {TypeError} If the server cannot be reached.
 */
export async function checkToken({ url, token }: Address, signal: AbortSignal): Promise<void> {
  if (token === undefined || !canSendHeaders()) return;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(new URL("/v1/phones", url), { method: "HEAD", headers, signal });
  if (answer.status !== 401 && answer.status !== 429) return void await answer.body?.cancel();
  const words = answer.status === 401 ? "does not know the token" : "has been given too many wrong tokens";
  throw new CallRefused(`${url.origin} ${words}`, { code: answer.status });
}

/** Asks by HTTP. @throws {TypeError} With the server's address, if it cannot be reached. */
async function ask(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw new TypeError(`${url.origin} cannot be reached`, { cause });
  }
}

/** A failed socket does not say why; the same address asked by HTTP does. */
async function whyNot({ url, token }: Address, signal: AbortSignal): Promise<Error> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await ask(new URL("/v1/socket", url), { headers, signal });
  if ([401, 403, 404, 429, 503].includes(answer.status)) return await refusalOf(answer);
  await answer.body?.cancel();
  return new TypeError(`The socket of ${url.origin} could not be opened, though it answers calls`);
}

async function refusalOf(answer: Response): Promise<CallRefused> {
  const text = await answer.text();
  let detail = text;
  try {
    detail = JSON.parse(text).detail ?? text;
  } catch {
    // Something else than a Switchroom answers there: its own words must do.
  }
  return new CallRefused(`${answer.url} answered ${answer.status}: ${detail.slice(0, 500)}`, { code: answer.status });
}
