/**
 * The server program: what a start of it brings up, and what the command line has to know of it.
 *
 * The functions of this file load what they call when they are called, for that brings all rooms with it: a command
 * that only calls a server should not wait for a whole one.
 *
 * @module
 */
import type { Configuration, Flags } from "./configuration/read.ts";

export { readCertificate } from "./certificate.ts";
export { cannotListen } from "./configuration/address.ts";
export type { Configuration, Flags };
export { EXIT, exitOnFaults, Failure, internalError, Misuse, untilToldToStop } from "./exit.ts";
export { OPERATOR, readServerFile, refuseDenied, type ServerFile } from "./server_file.ts";

/** Serves until told to stop: see `serve.ts`. */
export async function serve(flags: Flags): Promise<void> {
  const { serve } = await import("./serve.ts");
  await serve(flags);
}

/** Reads the configuration that a server with these flags has: see `configuration/read.ts`. */
export async function readConfiguration(flags: Flags): Promise<Configuration> {
  const { readConfiguration } = await import("./configuration/read.ts");
  return await readConfiguration(flags);
}

/** What `--version` prints. */
export async function versions(): Promise<string> {
  const { versions } = await import("./print.ts");
  return versions();
}
