/**
 * Digits out of telephone-event packets (RFC 4733).
 *
 * @module
 */
import { digitOf } from "./digits.ts";
import type { RtpPacket } from "./rtp.ts";

/** An event as its packets tell it. */
interface Heard {
  source: number;
  timestamp: number;
  code: number;
  /** In ticks: the longest that a packet of it told. */
  duration: number;
  ended: boolean;
}

/** Enough for every event of which packets can still be on their way. */
const REMEMBERED = 32;
/** What a duration cannot go beyond; a longer press goes on in a segment of its own (2.5.1.3). */
const LONGEST_SEGMENT = 0xffff;

/**
 * Tells each event once, at the first of its packets that arrives: the start is repeated all through the event, and its
 * end three times, so any may be lost, doubled or late. All packets of one event bear the timestamp of its beginning.
 */
export class TelephoneEvents {
  readonly #heard: Heard[] = [];

  /** Takes a packet. @returns The digit, if this is the first that is heard of it. */
  hear({ source, timestamp, payload }: RtpPacket): string | undefined {
    const [code, flags, high, low] = payload;
    if (code === undefined || flags === undefined || high === undefined || low === undefined) return undefined;
    const duration = high << 8 | low;
    const ended = (flags & 0x80) !== 0;
    const known = this.#heard.find((event) => event.source === source && event.timestamp === timestamp);
    if (known) {
      known.duration = Math.max(known.duration, duration);
      known.ended ||= ended;
      return undefined;
    }
    const event = { source, timestamp, code, duration, ended };
    const before = this.#heard.at(-1);
    this.#heard.push(event);
    if (this.#heard.length > REMEMBERED) this.#heard.shift();
    return before && isNextSegment(before, event) ? undefined : digitOf(code);
  }
}

function isNextSegment(before: Heard, event: Heard): boolean {
  return before.source === event.source && before.code === event.code && !before.ended &&
    before.duration === LONGEST_SEGMENT && event.timestamp === (before.timestamp + LONGEST_SEGMENT) >>> 0;
}
