/**
 * The parameters of challenges and of their answers: `Digest realm="…", nonce="…", qop=auth`.
 *
 * @module
 */
import { MalformedMessage, Scanner } from "../message/mod.ts";

/**
 * Reads the value of one WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization header.
 *
 * @returns The parameters, their names in lower case, their values without quotes and escapes; undefined for another
 *          scheme than Digest, and for what is not well-formed. A parameter that comes twice is not: two readers could
 *          each see another one.
 */
export function readDigest(value: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  const scanner = new Scanner(value, "digest");
  try {
    if (scanner.token().toLowerCase() !== "digest") return undefined;
    scanner.space();
    do {
      const name = scanner.token().toLowerCase();
      scanner.expect("=");
      if (parameters.has(name)) return undefined;
      parameters.set(name, scanner.next === '"' ? scanner.quoted() : scanner.token());
    } while (scanner.take(","));
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
  return scanner.done ? parameters : undefined;
}
