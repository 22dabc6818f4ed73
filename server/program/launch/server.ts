/**
 * The server's own process: {@linkcode serve}, with the permissions that it was started with.
 *
 * @module
 */
import { beginWriter } from "../../history/mod.ts";
import { readFlags } from "../configuration/flags.ts";
import { exitCodeOf, exitOnFaults } from "../ending.ts";
import { EXIT, Misuse } from "../exit.ts";

async function main(): Promise<number> {
  const flags = readFlags(Deno.args);
  if (flags === undefined) throw new Misuse("These are no flags of serve: start the server with switchroom serve");
  beginWriter();
  // Beside it, and not before.
  const { serve } = await import("../serve.ts");
  await serve(flags);
  return EXIT.orderly;
}

exitOnFaults();
Deno.exit(await main().catch(exitCodeOf));
