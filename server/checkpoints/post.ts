/**
 * Posting to an address of the configuration, and why it failed in words that hold no secret.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";

/** What is told of why nobody answered, by what is in the words of `fetch`. */
const WHY: readonly (readonly [RegExp, string])[] = [
  [/dns error/, "the name of its host was not found"],
  [/connection refused/i, "the connection was refused"],
  [/unreachable/i, "no way leads to its network"],
  [/timed out/i, "it did not answer in time"],
  [/UnknownIssuer/, "its certificate is not trusted: UnknownIssuer"],
  [/expired/i, "its certificate has expired"],
  [/not valid for name|NotValidForName/, "its certificate is for another name"],
  [/certificate/, "its certificate is not trusted"],
  [/handshake|corrupt message|alert/, "it does not speak TLS as it should"],
  [/HTTP version|parse/, "it does not speak HTTP as it should"],
  [/closed|reset|aborted|broken pipe|eof/i, "it closed the connection"],
];

/** Where the words of `fetch` begin that are not its address. */
const CLIENT_ERROR = ": client error (";

/** The words of `fetch` hold the address, which may hold a secret, and more: none of them is told. */
function whyNot(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const words = wordsOf(cause);
  const at = words.lastIndexOf(CLIENT_ERROR);
  const said = at < 0 ? "" : words.slice(at + CLIENT_ERROR.length);
  return WHY.find(([sign]) => sign.test(said))?.[1] ?? "it could not be reached";
}

/**
 * Posts to an address of the configuration.
 *
 * @throws {Error} If nobody answers, or not with 2xx.
 */
export async function post(
  url: string,
  request: { body: BodyInit; headers: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...request, method: "POST", redirect: "manual" });
  } catch (error) {
    request.signal.throwIfAborted();
    throw new Error(whyNot(error), { cause: error });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const leads = response.status >= 300 && response.status < 400 ? ", and nothing is sent to where that leads" : "";
  throw new Error(`it answered ${response.status}${leads}`);
}
