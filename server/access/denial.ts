/**
 * What is denied to a caller. Its status and number stand in the catalogue of `server/api/`, with those of all other
 * refusals.
 *
 * @module
 */
import type { Scope } from "../core/contract/token.ts";

/**
 * Why something is denied: the caller is nobody, may not, comes too often, or wants to change tokens so that it would
 * not do.
 */
export type DenialKind =
  | "unauthorized"
  | "missing-scope"
  | "too-many-calls"
  | "too-many-attempts"
  | "not-found"
  | "conflict";

/** What is wrong with a bearer token, in the words of RFC 6750. */
export type BearerFault =
  | { readonly error: "invalid_token" }
  | { readonly error: "insufficient_scope"; readonly scope: Scope };

/** Thrown when access denies what is asked of it. */
export class Denial extends Error {
  override name = "Denial";
  readonly kind: DenialKind;
  /** Whole seconds after which the same may be tried again. */
  readonly retryAfter: number | undefined;
  /** There if a token came, and is at fault. */
  readonly bearer: BearerFault | undefined;

  /** @param detail What was attempted, what was wrong and what would be right. */
  constructor(kind: DenialKind, detail: string, options?: { retryAfter?: number; bearer?: BearerFault }) {
    super(detail);
    this.kind = kind;
    this.retryAfter = options?.retryAfter;
    this.bearer = options?.bearer;
  }
}
