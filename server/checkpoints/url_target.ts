/**
 * Checkpoints over HTTP: each is the body of a POST.
 *
 * @module
 */
import { post } from "./post.ts";
import { jsonLine, type Target } from "./target.ts";

/** Where to send checkpoints, and as whom. */
export interface UrlTargetOptions {
  /** `http://…` or `https://…`. */
  readonly url: string;
  /** Reads the bearer token that the receiver asks for, anew each time; none if left out. */
  readonly token?: (() => Promise<string>) | undefined;
}

/** What a header takes of a token: anything else is refused before `fetch` could quote it. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Posts checkpoints to an address; any 2xx says that it was taken. Nothing is sent to where the answer leads. */
export function urlTarget({ url, token }: UrlTargetOptions): Target {
  return {
    name: "url",
    async send(checkpoint, signal) {
      const response = await post(url, {
        body: jsonLine(checkpoint),
        headers: {
          "content-type": "application/json",
          ...token && { authorization: `Bearer ${fitting(await token())}` },
        },
        signal,
      });
      await response.body?.cancel();
    },
  };
}

function fitting(token: string): string {
  if (TOKEN.test(token)) return token;
  throw new TypeError("tokenFile holds what no header can: it must be one line of printable ASCII without spaces");
}
