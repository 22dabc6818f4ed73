/**
 * Who calls, and whether it may.
 *
 * @module
 */
import type { Context } from "hono";
import type { RequestRecord } from "../core/contract/record.ts";
import type { AccessReason, AccessRefusals } from "./access_refusals.ts";
import { addressOf, type Env } from "../http/caller/call_source.ts";
import type { FailedAttempts } from "./failed_attempts.ts";
import { seesOf } from "./phone_globs.ts";
import type { Scope, Token, Tokens } from "./token.ts";
import { Refusal } from "../api/refusals/refusal.ts";

const WORDS: Record<Exclude<AccessReason, "unknownSession">, string> = {
  noToken: "The call has no token: it must carry `Authorization: Bearer TOKEN`",
  notBearer: "The Authorization header is not of the form `Bearer TOKEN`",
  unknownToken: "The token is not known or has been revoked",
};

const INVALID = `Bearer error="invalid_token"`;

/**
 * The token of a call.
 *
 * @throws {Refusal} `unauthorized`, after it has been counted; `too-many-attempts` if too many wrong tokens have come from its address.
 */
export function admit(
  context: Context<Env>,
  { tokens, refusals, attempts }: { tokens: Tokens; refusals: AccessRefusals; attempts: FailedAttempts },
): Token {
  const header = context.req.raw.headers.get("authorization");
  const secret = header === null ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1];
  const token = secret === undefined ? undefined : tokens.find(secret);
  if (token !== undefined) return token;
  const reason = header === null ? "noToken" : secret === undefined ? "notBearer" : "unknownToken";
  const address = addressOf(context);
  refusals.count(address, reason);
  const seconds = reason === "unknownToken" ? attempts.count(address) : 0;
  if (seconds > 0) {
    throw new Refusal("too-many-attempts", `${WORDS[reason]}. Others came before it: wait ${seconds} s`, {
      headers: { "retry-after": String(seconds) },
    });
  }
  const challenge = reason === "unknownToken" ? INVALID : "Bearer";
  throw new Refusal("unauthorized", WORDS[reason], { headers: { "www-authenticate": challenge } });
}

/**
 * Refuses a call whose token has been revoked since it was admitted: a body can take its time to come.
 *
 * @throws {Refusal} `unauthorized`.
 */
export function requireValid(token: Token, tokens: Tokens): void {
  if (tokens.get(token.id) !== undefined) return;
  throw new Refusal("unauthorized", WORDS.unknownToken, { headers: { "www-authenticate": INVALID } });
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

/** Whether a token may read a record: its own, or anybody's with `history:read`, as far as it may see the phone. */
export function mayRead(record: RequestRecord, token: Token): boolean {
  return (record.token === token.id || hasScope(token, "history:read")) && seesOf(token)(record.phone);
}
