/**
 * What the program prints of itself to standard output, for the person or script that waits for it; what an operator
 * reads later is the log.
 *
 * @module
 */
import deno from "../../deno.json" with { type: "json" };
import { HISTORY_FORMAT } from "../history/mod.ts";
import { SDK_VERSION, WIRE_VERSION } from "../wire/mod.ts";
import { CONFIGURATION_VERSION } from "./configuration/file.ts";
import { CHECKOUT_DATA } from "./places.ts";

/** Prints the first token, as soon as it is kept: whatever fails afterwards, it is shown this once only. */
export function showToken(token: string): void {
  console.log(`token ${token}\n(the admin's, shown this once: only its hash is kept)`);
}

/** Prints how the first token is made where what is printed is kept, and read by others than may have it. */
export function tellOfToken(folder: string): void {
  console.log(
    `no token yet: switchroom token first --data ${folder}\n(makes the admin's and shows it, to root or this user)`,
  );
}

/** Prints where the history lies, where the server listens, and a call to try. */
export function greet({ folder, url, token }: { folder: string; url: string; token: string | undefined }): void {
  const whose = folder === CHECKOUT_DATA ? ", of this checkout: to try it out (what is to last: --data DIR)" : "";
  console.log(`data in ${folder}${whose}`);
  console.log(`listening on ${url}`);
  console.log(`try: curl -H "Authorization: Bearer ${token ?? "TOKEN"}" ${url}/v1/phones`);
}

/** Tells the program's version and those of what others hold on to, each of which changes for itself. */
export function versions(): string {
  const sdk = SDK_VERSION.split(".").slice(0, 2).join(".");
  return `switchroom ${deno.version} (plugin SDK ${sdk}, wire ${WIRE_VERSION}, history format ${HISTORY_FORMAT}, ` +
    `configuration ${CONFIGURATION_VERSION})`;
}
