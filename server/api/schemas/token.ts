/**
 * Tokens, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import { SCOPES } from "../../access/mod.ts";
import { Time, TokenId } from "./names.ts";

const fields = {
  id: TokenId,
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).meta({ description: "What it allows; `admin` implies every other." }),
  phones: z.array(z.string()).nullable().meta({
    description: "Globs of the phones that it may see; null = every phone.",
  }),
  createdAt: Time,
};

const example = {
  id: "t-5f3a0c9d1b27",
  name: "front desk",
  scopes: ["phones:control"],
  phones: ["virtual:*"],
  createdAt: "2026-03-01T09:30:00.000Z",
};

/** A token that has just been made. */
export const MadeToken = z.object({
  token: z.string().meta({ description: "The secret. It is shown this once, and only its hash is kept." }),
  ...fields,
}).meta({ id: "MadeToken", examples: [{ token: "sr_…", ...example }] });

/** The tokens. */
export const TokenList = z.object({ tokens: z.array(z.object(fields).meta({ id: "Token" })) }).meta({
  id: "TokenList",
  examples: [{ tokens: [example] }],
});
