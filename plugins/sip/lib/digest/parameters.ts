/**
 * The parameters of challenges and of their answers: `Digest realm="…", nonce="…", qop=auth`.
 *
 * @module
 */
import { MalformedMessage, Scanner } from "../message/mod.ts";

/**
 * Reads the value of one WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization header.
 *
 * @returns The parameters, their names in lower case, their values without quotes and escapes; or why there are none: it
 *          is of another scheme than Digest, or not well-formed. A parameter that comes twice is not: two readers could
 *          each see another one.
 */
export function readDigest(value: string): ReadonlyMap<string, string> | string {
  const parameters = new Map<string, string>();
  const scanner = new Scanner(value, "its text");
  try {
    if (scanner.token().toLowerCase() !== "digest") return "its scheme is not Digest";
    scanner.space();
    do {
      const name = scanner.token().toLowerCase();
      scanner.expect("=");
      if (parameters.has(name)) return "it has a parameter twice";
      parameters.set(name, scanner.next === '"' ? scanner.quoted() : scanner.token());
    } while (scanner.take(","));
  } catch (error) {
    if (error instanceof MalformedMessage) return "it is not a list of parameters";
    throw error;
  }
  return scanner.done ? parameters : "it has something after its end";
}
