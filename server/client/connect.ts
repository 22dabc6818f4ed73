import { type Application, applicationOn } from "./application.ts";
import { addressOf } from "./address.ts";
import { beginLine } from "./line.ts";

/** How a client connects. */
export interface ConnectOptions {
  /** The application's name, for people and the history: 1 to 128 characters. */
  name: string;
  /**
   * The bearer token, or a function that gives it: it is asked at each connection, those after a loss too, so that an
   * application goes on when the token gets another secret. If it rejects, `connect` does; after a loss it is asked again
   * while the application's lease lasts, and has 10 seconds each time. In a browser a token may be left out where a
   * session cookie is there already.
   */
  token?: string | (() => string | Promise<string>);
  /** How long the application lives without a connection, 5 to 300 seconds; 60 if left out, unless configured. */
  leaseSeconds?: number;
  /**
   * What the runtime's `fetch` and `WebSocket` take beside the standard, so that a certificate of one's own is trusted,
   * or a proxy used: `{ client: Deno.createHttpClient({ caCerts }) }` in Deno, `{ dispatcher }` in Node. A browser
   * takes none.
   */
  transport?: object;
  /** Gives up connecting. */
  signal?: AbortSignal;
}

/**
 * Connects to a server and begins an application: phoneInitializeEx. A connection that is lost is made anew and the
 * application taken up again by itself, nothing missed and nothing asked twice, as long as its lease holds.
 *
 * @param url `http://HOST:PORT` or `https://…`.
 * @throws {CallRefused} If the server does not let it in, such as for a wrong token (`code` 401).
 * @throws {PhoneError} `INVALAPPNAME`, or `RESOURCEUNAVAIL` while plugins are starting.
 * @throws {ServerUnreachable} If the server cannot be reached.
 * @throws {TypeError} If the URL is none of HTTP, or the token could not be sent.
 * @throws {UnexpectedAnswer} If something else answers there, or a server of another version.
 */
export async function connect(url: string | URL, options: ConnectOptions): Promise<Application> {
  const { name, token, leaseSeconds, transport, signal } = options;
  const secret = typeof token === "function" ? token : () => token;
  const address = async () => addressOf(url, { token: await secret(), transport });
  const { application } = await beginLine({ address, name, leaseSeconds, signal }, applicationOn);
  return application;
}
