/**
 * Who calls, and whether it may.
 *
 * @module
 */
import type { Scope } from "../core/contract/token.ts";
import type { AccessReason, AccessRefusals } from "./access_refusals.ts";
import { Denial } from "./denial.ts";
import type { FailedAttempts } from "./failed_attempts.ts";
import type { Token, TokenEnd, Tokens } from "./token.ts";

const WORDS: Record<Exclude<AccessReason, "unknownSession">, string> = {
  noToken: "The call has no token: it must carry `Authorization: Bearer TOKEN`",
  notBearer: "The Authorization header is not of the form `Bearer TOKEN`",
  unknownToken: "The token is not known, or has been revoked or has expired",
};

const ENDED: Record<TokenEnd, string> = {
  revoked: "The token has been revoked",
  expired: "The token has expired",
  rotated: "The secret is an old one of its token, whose time is over",
};

const INVALID = { bearer: { error: "invalid_token" } } as const;

/** What a call says of its caller. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | null;
  /** Where it comes from; asked for only if its token is not good. */
  address(): string;
}

/**
 * The token of a call.
 *
 * @throws {Denial} `unauthorized`, after it has been counted; `too-many-attempts` if too many wrong tokens have come
 * from its address.
 */
export function authenticate(
  { authorization, address: addressOf }: Credentials,
  { tokens, refusals, attempts }: { tokens: Tokens; refusals: AccessRefusals; attempts: FailedAttempts },
): Token {
  const secret = authorization === null ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const token = secret === undefined ? undefined : tokens.find(secret);
  if (token !== undefined) return token;
  const reason = authorization === null ? "noToken" : secret === undefined ? "notBearer" : "unknownToken";
  const address = addressOf();
  refusals.count(address, reason);
  const seconds = reason === "unknownToken" ? attempts.count(address) : 0;
  if (seconds > 0) {
    throw new Denial("too-many-attempts", `${WORDS[reason]}. Others came before it: wait ${seconds} s`, {
      retryAfter: seconds,
    });
  }
  throw new Denial("unauthorized", WORDS[reason], reason === "unknownToken" ? INVALID : undefined);
}

/**
 * Denies a call whose token has become void since it was admitted: a body can take its time to come.
 *
 * @throws {Denial} `unauthorized`.
 */
export function requireValid(token: Token, tokens: Tokens): void {
  const end = tokens.endOf(token);
  if (end !== undefined) throw new Denial("unauthorized", ENDED[end], INVALID);
}

/** Whether a token has a scope. */
export function hasScope(token: Token, scope: Scope): boolean {
  return token.scopes.includes(scope) || token.scopes.includes("admin");
}

/**
 * Denies a call whose token does not have the scope that the call needs.
 *
 * @throws {Denial} `missing-scope`.
 */
export function requireScope(token: Token, scope: Scope): void {
  if (hasScope(token, scope)) return;
  throw new Denial("missing-scope", `The token ${token.id} does not have the scope ${scope}`, {
    bearer: { error: "insufficient_scope", scope },
  });
}
