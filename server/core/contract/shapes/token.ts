/**
 * Tokens, as they are answered.
 *
 * @module
 */
import { type MadeToken as Made, SCOPES, type TokenView } from "../token.ts";
import { about, exactly, list, nullable, object, oneOf, optional, type Shape, text } from "../shape.ts";
import { Time, TokenId } from "./names.ts";

const fields = {
  id: TokenId,
  name: text,
  scopes: about(list(oneOf(SCOPES)), { description: "What it allows; `admin` implies every other." }),
  phones: about(nullable(list(text)), {
    description: "Globs of the phones that it may see; null = every phone.",
  }),
  createdAt: Time,
  lastUsedAt: optional(about(Time, { description: "The minute of its last use; left out if it was never used." })),
  expiresAt: optional(about(Time, { description: "When it ends by itself; left out if it does not." })),
  rotatedAt: optional(about(Time, {
    description: "When it was given the secret that it has; left out if that is its first.",
  })),
  oldSecretUntil: optional(about(Time, {
    description: "Until when the last of its older secrets is valid; left out if none is.",
  })),
};

const example = {
  id: "t-5f3a0c9d1b27",
  name: "front desk",
  scopes: ["phones:control"],
  phones: ["virtual:*"],
  createdAt: "2026-03-01T09:30:00.000Z",
};

/** A token that has just been made. */
export const MadeToken: Shape<Made> = about(
  exactly<Made>()(object({
    token: about(text, { description: "The secret. It is shown this once, and only its hash is kept." }),
    ...fields,
  })),
  { name: "MadeToken", examples: [{ token: "sr_mVdB1XlY3eYl0wXlq0C7Dgq3w7m1c2Qe2bXoG1n5m0V", ...example }] },
);

const Token = about(exactly<TokenView>()(object(fields)), { name: "Token" });

/** The tokens. */
export const TokenList: Shape<{ tokens: TokenView[] }> = about(object({ tokens: list(Token) }), {
  name: "TokenList",
  examples: [{ tokens: [example] }],
});
