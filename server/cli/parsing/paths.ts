import { resolve } from "node:path";

/** Where `deno task` was started; it changes to the folder of deno.json before it runs a command. */
const VARIABLE = "INIT_CWD";

/** A path as whoever wrote it meant it: relative to where they are, not to where Switchroom is. */
export function readPath(path: string): string {
  // Whoever starts Deno with other flags than the tasks do is where the process is.
  const known = Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state === "granted";
  return resolve(known ? Deno.env.get(VARIABLE) ?? "" : "", path);
}
