/**
 * Another secret for a token.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { FactDetail } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { KeptToken, OldSecret, Rotation } from "./contract/kept.ts";
import { makeSecret } from "./new_token.ts";
import { secretSeal } from "./secret_seal.ts";
import { hashSecret } from "./token_table.ts";

/** How a token is to be given another secret. */
export interface AskedRotation {
  /** For how long the one before stays valid, milliseconds; 0 makes it void at once, and all before it. */
  readonly overlapMs: number;
  /** When the token ends by itself from now on, a time of RFC 3339, null for never; left out, that is as it was. */
  readonly expiresAt?: string | null;
}

/**
 * Makes a secret for a token. An old one is valid no longer than the token.
 *
 * @returns What is kept, and the secret, which is not.
 */
export function makeRotation(
  kept: KeptToken,
  { asked: { overlapMs, expiresAt }, now }: { asked: AskedRotation; now: number },
): { rotation: Rotation; secret: string } {
  const secret = makeSecret();
  const newEnd = typeof expiresAt === "string" ? Date.parse(expiresAt) : expiresAt;
  const last = (newEnd === undefined ? kept.expiresAt : newEnd) ?? Infinity;
  const rotation: Rotation = {
    hash: hashSecret(secret),
    at: now,
    until: overlapMs === 0 ? null : Math.min(now + overlapMs, last),
    ...(newEnd !== undefined && { expiresAt: newEnd }),
  };
  return { rotation, secret };
}

/** A token as it is after a rotation. */
export function rotated(
  { oldSecrets = [], expiresAt, warnedAt, ...token }: KeptToken,
  { hash, at, until, expiresAt: newEnd }: Rotation,
): KeptToken {
  const end = newEnd === undefined ? expiresAt : newEnd ?? undefined;
  const old = until === null ? [] : [...oldSecrets, { hash: token.hash, until }];
  return withOldSecrets(
    {
      ...token,
      hash,
      rotatedAt: at,
      ...(end !== undefined && { expiresAt: end }),
      // Of another end is warned anew.
      ...(newEnd === undefined && warnedAt !== undefined && { warnedAt }),
    },
    old.toSorted((one, other) => one.until - other.until),
  );
}

/** A token without one of its old secrets. */
export function withoutSecret({ oldSecrets = [], ...token }: KeptToken, hash: Uint8Array): KeptToken {
  return withOldSecrets(token, oldSecrets.filter((secret) => Buffer.compare(secret.hash, hash) !== 0));
}

/** A token with those of its old secrets that are left. */
export function withOldSecrets(token: KeptToken, oldSecrets: readonly OldSecret[]): KeptToken {
  return oldSecrets.length === 0 ? token : { ...token, oldSecrets };
}

/** What the fact of it says of a token that was rotated. */
export function rotationOf(
  { id, name, expiresAt }: KeptToken,
  { until, at, hash }: Rotation,
): FactDetail<"tokenRotated"> {
  return {
    subject: id,
    name,
    oldSecretUntil: timeText(until ?? at),
    ...(expiresAt !== undefined && { expiresAt: timeText(expiresAt) }),
    secretSeal: secretSeal(hash),
  };
}
