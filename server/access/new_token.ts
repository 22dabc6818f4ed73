/**
 * New tokens.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { TokenSpec } from "../core/contract/token.ts";
import type { KeptToken } from "./contract.ts";
import { hashSecret } from "./token_table.ts";

/** Secrets begin so, that whoever looks for leaked ones can find them. */
const PREFIX = "sr_";

/**
 * Makes a token of 256 random bits.
 *
 * @param options.secret Instead of a random one.
 * @returns What is kept, and the secret, which is not.
 */
export function makeToken(
  { name, scopes, phones = null }: TokenSpec,
  { now, secret = `${PREFIX}${randomBytes(32).toString("base64url")}` }: { now: number; secret?: string },
): { kept: KeptToken; secret: string } {
  const id = `t-${randomBytes(6).toString("hex")}`;
  const kept = {
    id,
    name,
    hash: hashSecret(secret),
    scopes: [...new Set(scopes)],
    phones: phones && [...phones],
    createdAt: now,
  };
  return { kept, secret };
}
