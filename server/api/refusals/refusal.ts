/**
 * Refusals that are no matters of telephony, and their catalogue: those that access denies stand in it too.
 *
 * @module
 */
import type { DenialKind } from "../../access/mod.ts";

/** What a refusal is in HTTP and in JSON-RPC, and in words that do not vary. */
interface Row {
  readonly status: number;
  readonly rpc: number;
  readonly title: string;
}

/**
 * Every kind of refusal, with its HTTP status, its JSON-RPC code and its title. The kind is the last part of the
 * problem's `type`.
 */
export const REFUSALS = {
  "bad-request": { status: 400, rpc: -32602, title: "The request is not well-formed" },
  "unparsable": { status: 400, rpc: -32700, title: "The message is not JSON" },
  "invalid-message": { status: 400, rpc: -32600, title: "The message is not a call of JSON-RPC 2.0" },
  "unknown-method": { status: 400, rpc: -32601, title: "There is no such method" },
  "unauthorized": { status: 401, rpc: -32001, title: "A valid bearer token is needed" },
  "missing-scope": { status: 403, rpc: -32001, title: "The token does not have the scope that this call needs" },
  "foreign-origin": { status: 403, rpc: -32001, title: "A session counts for pages of this server only" },
  "not-found": { status: 404, rpc: -32602, title: "There is nothing here" },
  "method-not-allowed": { status: 405, rpc: -32601, title: "This method is not possible here" },
  "conflict": { status: 409, rpc: -32600, title: "Things are not so that this can be done" },
  "too-large": { status: 413, rpc: -32600, title: "The body is too large" },
  "not-json": { status: 415, rpc: -32600, title: "The body is not declared as JSON" },
  "upgrade-required": { status: 426, rpc: -32600, title: "Only a WebSocket can be opened here" },
  "too-many": { status: 429, rpc: -32002, title: "A limit is reached" },
  "too-many-calls": { status: 429, rpc: -32002, title: "The token calls more often than it may" },
  "too-many-attempts": { status: 429, rpc: -32002, title: "Too many wrong tokens have come from this address" },
} as const satisfies Record<DenialKind, Row> & Record<string, Row>;

/** One of the kinds of {@linkcode REFUSALS}. */
export type RefusalKind = keyof typeof REFUSALS;

/**
 * Thrown wherever a call cannot be served for a reason of its form or its place; answered as a problem, or as a
 * JSON-RPC error.
 */
export class Refusal extends Error {
  override name = "Refusal";
  /** Which row of the catalogue. */
  readonly kind: RefusalKind;

  /**
   * Makes a refusal.
   *
   * @param kind Which row of the catalogue.
   * @param detail What was attempted, what was wrong and what would be right.
   */
  constructor(kind: RefusalKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}
