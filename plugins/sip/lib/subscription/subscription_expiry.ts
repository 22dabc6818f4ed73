/**
 * How long a subscription lasts.
 *
 * @module
 */
import type { Header, SipRequest } from "../message/mod.ts";

/** What RFC 3842 3.4 and RFC 4235 3.4 give when nothing is asked: an hour. */
const USUAL_SECONDS = 3600;

/** What a SUBSCRIBE is given, or refused with. */
export type AskedExpiry = { seconds: number } | { status: 400 | 423; headers: Header[] };

/** Reads how long a SUBSCRIBE asks for; 0 ends. */
export function readExpiry(
  { headers }: SipRequest,
  { leastSeconds, mostSeconds }: { leastSeconds: number; mostSeconds: number },
): AskedExpiry {
  const asked = headers.get("Expires");
  const seconds = asked === undefined ? USUAL_SECONDS : /^\d{1,10}$/.test(asked) ? Number(asked) : NaN;
  if (Number.isNaN(seconds)) return { status: 400, headers: [] };
  if (asked !== undefined && seconds > 0 && seconds < leastSeconds) {
    return { status: 423, headers: [["Min-Expires", `${leastSeconds}`]] };
  }
  return { seconds: Math.min(seconds, mostSeconds) };
}
