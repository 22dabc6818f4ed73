/**
 * The headers of calls that some routes heed.
 *
 * @module
 */
import { fit, idempotencyKey, Refusal } from "../../api/mod.ts";
import { quoted } from "../../core/contract/quoted.ts";

/** One preference of a list: up to the next comma that is not in quotes. */
const PREFERENCE = /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g;
const WAIT = /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:;|$)/i;

/**
 * `Prefer: wait=SECONDS` (RFC 7240): the seconds that a client is ready to wait for a result; undefined if it did not
 * say so.
 *
 * What is malformed or unknown counts as not said, and of several only the first counts, as the RFC has it. More than
 * `most` is taken for `most`.
 */
export function waitOf(header: string | null, most: number): number | undefined {
  for (const preference of header?.match(PREFERENCE) ?? []) {
    const wait = WAIT.exec(preference);
    if (wait) return Math.min(Number(wait[1] ?? wait[2]), most);
  }
  return undefined;
}

/**
 * `Last-Event-ID`: after which event a stream is to go on; undefined if it is to begin at the oldest, as it does with an
 * empty one (HTML, 9.2.3: no event had an id).
 *
 * @throws {Refusal} `bad-request`.
 */
export function lastEventOf(id: string | undefined): number | undefined {
  if (id === undefined || id === "") return undefined;
  const seq = /^\d+$/.test(id) ? Number(id) : NaN;
  if (Number.isSafeInteger(seq)) return seq;
  throw new Refusal("bad-request", `Last-Event-ID is ${quoted(id)}; it must be the id of an event`);
}

/**
 * `Idempotency-Key`: under what a request is asked once only.
 *
 * @throws {Refusal} `bad-request`.
 */
export function keyOf(header: string | null): string | undefined {
  return header === null ? undefined : fit(header, { shape: idempotencyKey, place: "Idempotency-Key" });
}
