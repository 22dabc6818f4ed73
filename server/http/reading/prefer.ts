/**
 * `Prefer: wait=SECONDS` (RFC 7240).
 *
 * @module
 */

/** One preference of a list: up to the next comma that is not in quotes. */
const PREFERENCE = /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g;
const WAIT = /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:;|$)/i;

/**
 * The seconds that a client is ready to wait for a result; undefined if it did not say so.
 *
 * What is malformed or unknown counts as not said, and of several only the first counts, as the RFC has it. More than `most` is taken for `most`.
 */
export function waitOf(header: string | null, most: number): number | undefined {
  for (const preference of header?.match(PREFERENCE) ?? []) {
    const wait = WAIT.exec(preference);
    if (wait) return Math.min(Number(wait[1] ?? wait[2]), most);
  }
  return undefined;
}
