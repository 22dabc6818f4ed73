import { Application } from "./application.ts";

/** How a client connects. */
export interface ConnectOptions {
  /** The application's name, for people and the history: 1 to 128 characters. */
  name: string;
  /** The bearer token. In a browser it may be left out where a session cookie is there already. */
  token?: string;
  /** How long the application lives without a connection, 5 to 300 seconds; 60 if left out, unless configured. */
  leaseSeconds?: number;
  /** Gives up connecting. */
  signal?: AbortSignal;
}

/**
 * Connects to a server and begins an application: phoneInitializeEx. A connection that is lost is made anew and the application taken up again by itself, nothing
 * missed and nothing asked twice, as long as its lease holds.
 *
 * @param url `http://HOST:PORT` or `https://…`.
 * @throws {CallRefused} If the server does not let it in, such as for a wrong token (`code` 401).
 * @throws {PhoneError} `INVALAPPNAME`, or `RESOURCEUNAVAIL` while plugins are starting.
 * @throws {TypeError} If the server cannot be reached.
 */
export async function connect(url: string | URL, options: ConnectOptions): Promise<Application> {
  const { name, token, leaseSeconds, signal } = options;
  const application = new Application({ address: { url: new URL(url), token }, name, leaseSeconds });
  await application.begin(signal);
  return application;
}
