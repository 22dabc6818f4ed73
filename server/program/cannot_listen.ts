import { wordsOf } from "../core/contract/errors.ts";
import type { Address } from "./configuration/mod.ts";
import { Misuse } from "./misuse.ts";

/** What an error means that Deno threw when the server was to listen; it itself if it is none of the operator's matters. */
export function cannotListen(error: unknown, { hostname, port }: Address): unknown {
  const misuse = (why: string) => new Misuse(`Cannot listen on ${hostname}:${port}: ${why}`);
  if (error instanceof Deno.errors.AddrInUse) return misuse("another process does. Name another with --listen");
  if (error instanceof Deno.errors.AddrNotAvailable) return misuse("no network interface of this machine has it");
  if (error instanceof Deno.errors.NotCapable) {
    return misuse(
      `Deno was not allowed to. Start it with ${hostname} added to --allow-net, or listen on 0.0.0.0 or [::]`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return misuse("the operating system refuses it to this user. Ports below 1024 are its own");
  }
  const words = wordsOf(error);
  if (error instanceof URIError || words.includes("lookup")) return misuse(`its name leads to no address (${words})`);
  return error;
}
