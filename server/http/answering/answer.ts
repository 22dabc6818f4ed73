/**
 * Answers that are not problems.
 *
 * @module
 */

/**
 * On every answer: what is said here is of this moment and of this token, and is never to be taken for anything else
 * than its type.
 */
export const SAFE_HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

/** On every answer in JSON. */
export const JSON_HEADERS = { "content-type": "application/json", ...SAFE_HEADERS };

/**
 * On every answer that takes its time: a proxy passes each piece on as it comes (`X-Accel-Buffering` is nginx's word for
 * that) and does not pack it.
 */
export const STREAM_HEADERS = {
  ...SAFE_HEADERS,
  "cache-control": `${SAFE_HEADERS["cache-control"]}, no-transform`,
  "x-accel-buffering": "no",
} as const;

/** An answer in JSON. */
export function json(
  body: unknown,
  options?: { status?: number; headers?: Readonly<Record<string, string>> },
): Response {
  const headers = options?.headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...options.headers };
  return new Response(JSON.stringify(body), { status: options?.status ?? 200, headers });
}

/** An answer without a body. */
export function noContent(): Response {
  return new Response(null, { status: 204, headers: SAFE_HEADERS });
}
