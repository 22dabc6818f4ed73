/**
 * Answers that tell what went wrong (RFC 9457), with the headers that HTTP has for it.
 *
 * @module
 */
import { Denial } from "../../access/mod.ts";
import { Refusal, type RefusalKind } from "../../api/mod.ts";
import type { Problem } from "../../core/contract/problem.ts";
import { SAFE_HEADERS } from "./answer.ts";

type Headers = Readonly<Record<string, string>>;

/** A refusal whose answer carries headers of its own. */
export class HttpRefusal extends Refusal {
  /** What the answer must carry. */
  readonly headers: Headers;

  /** As {@linkcode Refusal}, with these headers. */
  constructor(kind: RefusalKind, detail: string, options: { headers: Headers }) {
    super(kind, detail);
    this.headers = options.headers;
  }
}

/**
 * The answer that tells a problem.
 *
 * @param error What was thrown; it may say more than the problem does.
 */
export function problemResponse(problem: Problem, error?: unknown): Response {
  // Both statuses mean "the same call may succeed soon": a second is the shortest delay that the header can say.
  const retry = problem.status === 429 || problem.status === 503 ? { "retry-after": "1" } : {};
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", ...SAFE_HEADERS, ...retry, ...headersOf(error) },
  });
}

function headersOf(error: unknown): Headers {
  if (error instanceof HttpRefusal) return error.headers;
  if (!(error instanceof Denial)) return {};
  const { kind, retryAfter, bearer } = error;
  return {
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
    ...(bearer !== undefined && { "www-authenticate": challengeOf(bearer) }),
    ...(kind === "unauthorized" && bearer === undefined && { "www-authenticate": "Bearer" }),
  };
}

/** What is wrong with the token, as RFC 6750 writes it. */
function challengeOf(fault: object): string {
  return `Bearer ${Object.entries(fault).map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}
