/**
 * Refusals that are matters of HTTP and not of telephony, and their catalogue.
 *
 * @module
 */

/** Every kind of refusal, with its status and title. The kind is the last part of the problem's `type`. */
export const REFUSALS = {
  "bad-request": { status: 400, title: "The request is not well-formed" },
  "unauthorized": { status: 401, title: "A valid bearer token is needed" },
  "missing-scope": { status: 403, title: "The token does not have the scope that this call needs" },
  "not-found": { status: 404, title: "There is nothing here" },
  "method-not-allowed": { status: 405, title: "This method is not possible here" },
  "too-large": { status: 413, title: "The body is too large" },
  "not-json": { status: 415, title: "The body is not declared as JSON" },
} as const;

/** One of the kinds of {@linkcode REFUSALS}. */
export type RefusalKind = keyof typeof REFUSALS;

/** Thrown wherever a call cannot be served for a reason of HTTP; answered as a problem. */
export class Refusal extends Error {
  /** Which row of the catalogue. */
  readonly kind: RefusalKind;
  /** Headers that the answer must carry. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Makes a refusal.
   *
   * @param kind Which row of the catalogue.
   * @param detail What was attempted, what was wrong and what would be right.
   * @param options.headers Headers that the answer must carry.
   */
  constructor(kind: RefusalKind, detail: string, options?: { headers?: Readonly<Record<string, string>> }) {
    super(detail);
    this.name = "Refusal";
    this.kind = kind;
    this.headers = options?.headers ?? {};
  }
}

/** Shortens what a client sent so that it can be quoted in a refusal: a detail must not grow with a hostile input. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
