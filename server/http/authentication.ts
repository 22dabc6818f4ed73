/**
 * Who calls, and whether it may.
 *
 * @module
 */
import type { Context } from "hono";
import type { AccessReason, AccessRefusals } from "./access_refusals.ts";
import { addressOf, type Env } from "./call_source.ts";
import type { Scope, Token, Tokens } from "./ports.ts";
import { Refusal } from "./refusal.ts";

const WORDS: Record<AccessReason, string> = {
  noToken: "The call has no token: it must carry `Authorization: Bearer TOKEN`",
  notBearer: "The Authorization header is not of the form `Bearer TOKEN`",
  unknownToken: "The token is not known or has been revoked",
};

/**
 * The token of a call.
 *
 * @throws {Refusal} `unauthorized`, after it has been counted.
 */
export function admit(
  context: Context<Env>,
  { tokens, refusals }: { tokens: Tokens; refusals: AccessRefusals },
): Token {
  const header = context.req.raw.headers.get("authorization");
  const secret = header === null ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1];
  const token = secret === undefined ? undefined : tokens.find(secret);
  if (token !== undefined) return token;
  const reason = header === null ? "noToken" : secret === undefined ? "notBearer" : "unknownToken";
  refusals.count(addressOf(context), reason);
  const challenge = reason === "unknownToken" ? `Bearer error="invalid_token"` : "Bearer";
  throw new Refusal("unauthorized", WORDS[reason], { headers: { "www-authenticate": challenge } });
}

/** Whether a token has a scope. */
export function hasScope(token: Token, scope: Scope): boolean {
  return token.scopes.includes(scope) || token.scopes.includes("admin");
}

/**
 * Refuses a call whose token does not have the scope that the call needs.
 *
 * @throws {Refusal} `missing-scope`.
 */
export function requireScope(token: Token, scope: Scope): void {
  if (hasScope(token, scope)) return;
  throw new Refusal("missing-scope", `The token ${token.id} does not have the scope ${scope}`, {
    headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}
