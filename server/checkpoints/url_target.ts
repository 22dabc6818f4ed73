/**
 * Checkpoints over HTTP: each is the body of a POST.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { jsonLine, type Target } from "./target.ts";

/** Where to send checkpoints, and as whom. */
export interface UrlTargetOptions {
  /** `http://…` or `https://…`. */
  readonly url: string;
  /** Reads the bearer token that the receiver asks for, anew each time; none if left out. */
  readonly token?: (() => Promise<string>) | undefined;
}

/** Posts checkpoints to an address; any 2xx says that it was taken. Nothing is sent to where the answer leads. */
export function urlTarget({ url, token }: UrlTargetOptions): Target {
  return {
    name: "url",
    async send(checkpoint, signal) {
      const response = await post(url, {
        body: jsonLine(checkpoint),
        headers: {
          "content-type": "application/json",
          ...token && { authorization: `Bearer ${await token()}` },
        },
        signal,
      });
      await response.body?.cancel();
    },
  };
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
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    // The address may hold a secret.
    throw new Error(wordsOf(cause).replace(/ for url \(.*?\)(?=: |$)/, ""), { cause: error });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const leads = response.status >= 300 && response.status < 400 ? ", and nothing is sent to where that leads" : "";
  throw new Error(`it answered ${response.status}${leads}`);
}
