import { Failure } from "./failure.ts";

/**
 * Tells a data folder that this user may not read from one that is not there; lets every other error be.
 *
 * @throws {Failure} If that is what the error says.
 */
export function refuseDenied(error: unknown, path: string): void {
  if (!(error instanceof Deno.errors.PermissionDenied)) return;
  throw new Failure(
    `Cannot read ${path}: it belongs to another user. Run as its owner, or use --url with a token in SWITCHROOM_TOKEN`,
    { cause: error },
  );
}
