/**
 * By what a fact knows the secret of a token again.
 *
 * @module
 */
import { createHash } from "node:crypto";

/**
 * SHA-256, in hex, of what is kept of a secret. Who reads it learns neither the secret nor what is kept of it; who puts
 * another secret in the place of that one has another seal.
 */
export function secretSeal(hash: Uint8Array): string {
  return createHash("sha256").update(hash).digest("hex");
}
