/**
 * Where a server is, and how it is called over HTTP.
 *
 * @module
 */
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

/** What goes with every call of whoever has a token. */
export function authorization({ token }: Address): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/**
 * Fetches a path of the server, in the name of whoever calls.
 *
 * @throws {ServerUnreachable} If it cannot be reached. The signal's reason if that aborts.
 */
export async function fetchPath(
  address: Address,
  { path, headers, ...request }: Omit<RequestInit, "headers"> & { path: string; headers?: Record<string, string> },
): Promise<Response> {
  try {
    return await fetch(new URL(path, address.url), {
      ...request,
      headers: { ...authorization(address), ...headers },
      ...address.transport,
    });
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw new ServerUnreachable(`${address.url.origin} cannot be reached`, { cause, answered: false });
  }
}
