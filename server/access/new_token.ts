/**
 * New tokens.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { isLabel, LABEL_RULE } from "../core/contract/label.ts";
import { phoneGlob } from "./phone_globs.ts";
import type { KeptToken } from "./contract.ts";
import { SCOPES } from "./token.ts";
import { must, text } from "../api/shapes/shape.ts";
import { hashSecret } from "./token_table.ts";

/** Secrets begin so, that whoever looks for leaked ones can find them. */
const PREFIX = "sr_";
const MOST_GLOBS = 64;

/** What is asked for with a new token. */
export const NewToken = z.strictObject({
  name: text.refine(isLabel, `must have ${LABEL_RULE}`).meta({
    description: "1 to 128 characters, for people.",
    minLength: 1,
  }),
  scopes: z.array(z.enum(SCOPES, must(`one of ${SCOPES.join(" ")}`)), must("an array of scopes"))
    .min(1, `must name at least one of ${SCOPES.join(" ")}`)
    .max(SCOPES.length, "names a scope twice")
    .meta({ description: "What it allows; `admin` implies every other." }),
  phones: z.array(phoneGlob, must("an array of globs, or null for every phone"))
    .min(1, "must name at least one glob; leave it out for every phone")
    .max(MOST_GLOBS, `must have at most ${MOST_GLOBS} globs`)
    .nullable().exactOptional()
    .meta({ description: "Globs of the phones that it may see, with `*` and `?`; every phone if left out." }),
}).meta({ id: "NewToken", examples: [{ name: "front desk", scopes: ["phones:control"], phones: ["virtual:*"] }] });

/**
 * Makes a token of 256 random bits.
 *
 * @param secret Instead of a random one.
 * @returns What is kept, and the secret, which is not.
 */
export function makeToken(
  { name, scopes, phones = null }: z.output<typeof NewToken>,
  { now, secret = `${PREFIX}${randomBytes(32).toString("base64url")}` }: { now: number; secret?: string },
): { kept: KeptToken; secret: string } {
  const id = `t-${randomBytes(6).toString("hex")}`;
  const kept = { id, name, hash: hashSecret(secret), scopes: [...new Set(scopes)], phones, createdAt: now };
  return { kept, secret };
}
