/**
 * A process with a fault: an error thrown where nobody can catch it.
 *
 * @module
 */
import { exitOnFaults } from "../../server/program/ending.ts";
import { startLog } from "../../server/program/watch/log.ts";

if (Deno.args[0] === "json") startLog({ level: "info", format: "json" });
exitOnFaults();
setTimeout(() => {
  throw new Error("out of a timer");
});
