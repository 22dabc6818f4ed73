/**
 * The server program: how it is started, and what the command line has to know of it.
 *
 * The functions of this file load what they call when they are called, for that brings all rooms with it: a command
 * that only calls a server should not wait for a whole one.
 *
 * @module
 */
import type { Flags } from "./configuration/flags.ts";
import type { Configuration } from "./configuration/read.ts";
import { readNamed } from "./launch/named.ts";
import { flagsOf, type Permission, permissionsOf } from "./launch/permissions.ts";
import { placed } from "./places.ts";

export { readCertificate } from "./certificate.ts";
export { readCheckpointKey } from "./checkpoint_key.ts";
export { cannotListen } from "./configuration/address.ts";
export { hostOf } from "./configuration/called_host.ts";
export { type Flags, SERVE_FLAGS } from "./configuration/flags.ts";
export type { Configuration };
export { exitCodeOf, exitOnFaults, internalError, untilToldToStop } from "./ending.ts";
export { EXIT, Failure, Misuse } from "./exit.ts";
export { judgeDeno } from "./launch/deno.ts";
export type { Permission };
export { type Placed, placed, USUAL_PLACES } from "./places.ts";
export { OPERATOR, readServerFile, refuseDenied, type ServerFile } from "./server_file.ts";
export { readSmallFile } from "./small_file.ts";
export { FIRST_TOKEN, hadTokens } from "./tokens.ts";

/** Reads the configuration that a server with these flags has: see `configuration/read.ts`. */
export async function readConfiguration(flags: Flags): Promise<Configuration> {
  const { readConfiguration } = await import("./configuration/read.ts");
  return await readConfiguration(await placed(flags));
}

/** What a server may reach. */
export interface ServerPermissions {
  /** One by one, with the reason of each. */
  readonly permissions: readonly Permission[];
  /** The same as Deno is told. */
  readonly flags: readonly string[];
}

/**
 * What a server with these flags is started with.
 *
 * @throws {Misuse} If one of them cannot be given.
 */
export async function serverPermissions(flags: Flags): Promise<ServerPermissions> {
  const permissions = permissionsOf(await readNamed(await placed(flags)));
  return { permissions, flags: flagsOf(permissions) };
}

/** What `--version` prints. */
export async function versions(): Promise<string> {
  const { versions } = await import("./print.ts");
  return versions();
}
