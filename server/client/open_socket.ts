/**
 * Opens the socket in Deno, Node and browsers: the first two can send a token with it, a browser can only send a
 * cookie.
 *
 * @module
 */
import { fits } from "../core/contract/shape.ts";
import { DescribedProblem } from "../core/contract/shapes/mod.ts";
import { type Address, authorization, bodyOf, fetchPath } from "./address.ts";
import { jsonOf } from "./answers.ts";
import { CallRefused, ServerUnreachable } from "./errors.ts";

/** A socket that has not opened by then is given up, as is a call beside it, milliseconds. */
const OPEN_MS = 10_000;

/** What Deno and Node take beyond the standard. */
type SocketWithHeaders = new (url: URL, options: object) => WebSocket;

/**
 * Opens a socket.
 *
 * @throws {CallRefused} If the server does not let it in; `code` is the HTTP status.
 * @throws {ServerUnreachable} If the server cannot be reached.
 */
export async function openSocket(address: Address, signal: AbortSignal | undefined): Promise<WebSocket> {
  signal?.throwIfAborted();
  const { url, token, transport } = address;
  const at = new URL("/v1/socket", url);
  at.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (token !== undefined && !canSendHeaders()) await signIn(address, signal);
  const socket = canSendHeaders()
    ? new (WebSocket as unknown as SocketWithHeaders)(at, { headers: authorization(address), ...transport })
    : new WebSocket(at);
  const late = AbortSignal.any([AbortSignal.timeout(OPEN_MS), ...(signal ? [signal] : [])]);
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
  signal?.throwIfAborted();
  throw await whyNot(address, signal);
}

/** A browser's WebSocket takes no headers, and would take an object for the name of a protocol. */
function canSendHeaders(): boolean {
  return /^(Deno|Node\.js|Bun)\//.test(navigator.userAgent);
}

/** Trades the token for a cookie that goes with the socket. */
async function signIn(address: Address, signal: AbortSignal | undefined): Promise<void> {
  const answer = await fetchPath(address, { path: "/v1/session", method: "POST", signal, patience: OPEN_MS });
  if (!answer.ok) throw await refusalOf(answer, signal);
  await answer.body?.cancel();
}

/**
 * Makes sure that a server is there and takes the token: a socket that does not open says neither, and asking twice
 * with a wrong token would count twice.
 *
 * @throws {CallRefused} If it does not; `code` is the HTTP status.
 * @throws {ServerUnreachable} If the server cannot be reached.
 */
export async function checkToken(address: Address, signal: AbortSignal | undefined): Promise<void> {
  const { url, token } = address;
  if (token === undefined || !canSendHeaders()) return;
  const answer = await fetchPath(address, { path: "/v1/phones", method: "HEAD", signal, patience: OPEN_MS });
  if (answer.status !== 401 && answer.status !== 429) return void await answer.body?.cancel();
  const words = answer.status === 401 ? "does not know the token" : "has been given too many wrong tokens";
  throw new CallRefused(`${url.origin} ${words}`, { code: answer.status });
}

/** A failed socket does not say why; the same address asked by HTTP does. */
async function whyNot(address: Address, signal: AbortSignal | undefined): Promise<Error> {
  const answer = await fetchPath(address, { path: "/v1/socket", signal, patience: OPEN_MS });
  if ([401, 403, 404, 429, 503].includes(answer.status)) return await refusalOf(answer, signal);
  await answer.body?.cancel();
  const words = `The socket of ${address.url.origin} could not be opened, though it answers calls`;
  return new ServerUnreachable(words, { answered: true });
}

/** Something else than a Switchroom may answer there: its own words must do. */
async function refusalOf(answer: Response, signal: AbortSignal | undefined): Promise<CallRefused> {
  const text = await bodyOf(answer, { what: `The refusal of ${answer.url}`, signal });
  const problem = jsonOf(text);
  const detail = fits(problem, DescribedProblem) ? problem.detail : text;
  return new CallRefused(`${answer.url} answered ${answer.status}: ${detail.slice(0, 500)}`, { code: answer.status });
}
