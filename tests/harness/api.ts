/**
 * The smallest client of the HTTP interface, for tests: it neither retries nor throws for a status, and lets a test send nonsense.
 *
 * @module
 */

/** An answer, read to its end. */
export interface Answer<Body> {
  /** The HTTP status. */
  status: number;
  /** The headers. */
  headers: Headers;
  /** The parsed JSON, `null` for an empty body, and the text for any other type. */
  body: Body;
}

/** Options of {@linkcode Call}. */
export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`: what is not JSON, too large, not UTF-8. */
  raw?: BodyInit;
  /** Added to, or put in the place of, `Authorization` and `Content-Type`; an empty string leaves one out. */
  headers?: Record<string, string>;
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** Makes a call, such as `call("POST", "/v1/applications", { body: { name: "test" } })`. */
export type Call = <Body = Record<string, unknown>>(
  method: string,
  path: string,
  options?: CallOptions,
) => Promise<Answer<Body>>;

/** Makes calls of a server with one token. A call that hangs is given up after 30 s; any longer waiting is a fault. */
export function api(server: { url: string; token: string }): Call {
  return async (method, path, options = {}) => {
    const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
    const headers = new Headers({ authorization: `Bearer ${server.token}` });
    if (body !== null) headers.set("content-type", "application/json");
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === "") headers.delete(name);
      else headers.set(name, value);
    }
    const guard = AbortSignal.timeout(30_000);
    const response = await fetch(new URL(path, server.url), {
      method,
      headers,
      body,
      redirect: "manual",
      signal: options.signal ? AbortSignal.any([guard, options.signal]) : guard,
    });
    const text = await response.text();
    const json = /^application\/([a-z]+\+)?json\b/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : json ? JSON.parse(text) : text,
    };
  };
}
