/**
 * New tokens.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { FactDetail } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { TokenSpec } from "../core/contract/token.ts";
import type { KeptToken } from "./contract/kept.ts";
import { secretSeal } from "./secret_seal.ts";
import { hashSecret } from "./token_table.ts";

/** Secrets begin so, that whoever looks for leaked ones can find them. */
const PREFIX = "sr_";

/** How far ahead the end of a token may lie, years: one that lies further is a slip of the hand. */
const MOST_YEARS = 10;

/** What is wrong with the time at which a token is to end, in words; undefined if nothing is. */
export function endTrouble(expiresAt: string, { now }: { now: number }): string | undefined {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  const at = Date.parse(expiresAt);
  if (at <= now) return `must be to come: here it is ${timeText(now)}`;
  if (at > latest.getTime()) {
    return `must be at most ${MOST_YEARS} years from now, ${
      timeText(latest.getTime())
    }; without it the token has no end`;
  }
  return undefined;
}

/** Makes a secret of 256 random bits. */
export function makeSecret(): string {
  return `${PREFIX}${randomBytes(32).toString("base64url")}`;
}

/**
 * Makes a token of 256 random bits.
 *
 * @param options.secret Instead of a random one.
 * @returns What is kept, and the secret, which is not.
 */
export function makeToken(
  { name, scopes, phones = null, expiresAt = null }: TokenSpec,
  { now, secret = makeSecret() }: { now: number; secret?: string },
): { kept: KeptToken; secret: string } {
  const id = `t-${randomBytes(6).toString("hex")}`;
  const kept: KeptToken = {
    id,
    name,
    hash: hashSecret(secret),
    scopes: [...new Set(scopes)],
    phones: phones && [...phones],
    createdAt: now,
    ...(expiresAt !== null && { expiresAt: Date.parse(expiresAt) }),
  };
  return { kept, secret };
}

/**
 * What the fact of its making says of a token.
 *
 * @param options.isChosen Whether its secret is not random, but somebody's choice.
 */
export function creation(
  { id, name, scopes, phones, expiresAt, hash }: KeptToken,
  { isChosen }: { isChosen: boolean },
): FactDetail<"tokenCreated"> {
  return {
    subject: id,
    name,
    scopes,
    phones,
    ...(expiresAt !== undefined && { expiresAt: timeText(expiresAt) }),
    // Nobody can try all random secrets; what somebody chose could be guessed from it.
    secretSeal: isChosen ? null : secretSeal(hash),
  };
}
