/**
 * The headers of calls that some routes heed.
 *
 * @module
 */
import { fit, idempotencyKey, Refusal } from "../../api/mod.ts";
import { quoted } from "../../core/contract/quoted.ts";

/** One preference of a list: up to the next comma that is not in quotes. */
const PREFERENCE = /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g;
const WAIT = /^\s*wait\s*=\s*("?)(\d+)\1\s*(?:;|$)/i;
const RETURN = /^\s*return\s*=\s*("?)(minimal|representation)\1\s*(?:;|$)/i;

/** What a client prefers, of what can be preferred here (RFC 7240). */
export interface Preferences {
  /** The seconds that it is ready to wait for a result. */
  wait?: number;
  /** Whether it wants to know no more than how a request ended, or the record. */
  return?: string;
}

/**
 * Reads `Prefer`. What is malformed or unknown counts as not said, and of several of a kind only the first counts, as
 * the RFC has it.
 *
 * @param most More seconds than this are taken for this.
 */
export function preferencesOf(header: string | null, most: number): Preferences {
  const preferences: Preferences = {};
  for (const preference of header?.match(PREFERENCE) ?? []) {
    const wait = WAIT.exec(preference)?.[2];
    if (wait !== undefined) preferences.wait ??= Math.min(Number(wait), most);
    const wanted = RETURN.exec(preference)?.[2];
    if (wanted !== undefined) preferences.return ??= wanted.toLowerCase();
  }
  return preferences;
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
