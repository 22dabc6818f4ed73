/**
 * What the server prints: to standard output what a person or script waits for, to standard error what an operator reads later.
 *
 * @module
 */
import type { LogEntry } from "../host/mod.ts";

/** Prints the first token, as soon as it is kept: whatever fails afterwards, it is shown this once only. */
export function showToken(token: string): void {
  console.log(`token ${token}\n(the admin's, shown this once: only its hash is kept)`);
}

/** Prints where the server listens and a call to try. */
export function greet({ url, token }: { url: string; token: string | undefined }): void {
  console.log(`listening on ${url}`);
  console.log(`try: curl -H "Authorization: Bearer ${token ?? "TOKEN"}" ${url}/v1/phones`);
}

/** Prints a line of the log. */
export function log({ plugin, level, text }: LogEntry): void {
  console.error(`${new Date().toISOString()} ${level} ${plugin === "" ? "switchroom" : `plugin ${plugin}`}: ${text}`);
}
