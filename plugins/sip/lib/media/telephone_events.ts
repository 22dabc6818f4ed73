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
  /** The last of its sequence numbers. */
  sequence: number;
}

/** Enough for every event of which packets can still be on their way. */
const REMEMBERED = 32;
/** What a duration cannot go beyond; a longer press goes on in a segment of its own (2.5.1.3). */
const LONGEST_SEGMENT = 0xffff;
/** An event in a packet (2.3). */
const EVENT_BYTES = 4;
/** How many events one packet may tell of: each is a digit that somebody must be told. */
const MOST_PACKED = 4;
/** How many places the packets at the end of an event can be apart: there are three of them (2.5.1.4). */
const NEAR = 3;

/**
 * Tells each event once, at the first of its packets that arrives: the start is repeated all through the event, and its
 * end three times, so any may be lost, doubled or late.
 *
 * All packets of one event bear the timestamp of its beginning, and those of two events do not: so it ought to be. Some
 * phones leave the clock standing from one press to the next, others let it run on within a press. What their packets
 * have in common then is the digit and the order of their sequence numbers.
 */
export class TelephoneEvents {
  readonly #heard: Heard[] = [];

  /** Takes a packet. @returns The digits of which this is the first that is heard: one, or none, but for packed events. */
  hear(packet: RtpPacket): string[] {
    return [...eventsOf(packet)].map((event) => this.#hear(event)).filter((digit) => digit !== undefined);
  }

  #hear({ marker, ...event }: Heard & { marker: boolean }): string | undefined {
    const { timestamp, sequence } = event;
    const known = this.#heard.findLast((known) => isAlike(known, event) && known.timestamp === timestamp);
    if (known && !isAnother(known, { ...event, marker })) {
      known.duration = Math.max(known.duration, event.duration);
      known.ended ||= event.ended;
      if (distance(known.sequence, sequence) > 0) known.sequence = sequence;
      return undefined;
    }
    const before = this.#heard.at(-1);
    this.#heard.push(event);
    if (this.#heard.length > REMEMBERED) this.#heard.shift();
    const goesOn = !known && before !== undefined && isAlike(before, event) &&
      (isNextSegment(before, event) || isSamePress(before, { ...event, marker }));
    return goesOn ? undefined : digitOf(event.code);
  }
}

/**
 * The events of a packet. Of several each begins where the one before it has ended (2.5.1.5); what comes after one that
 * goes on, or lasts no time, is none.
 */
function* eventsOf({ source, sequence, marker, ...packet }: RtpPacket): Generator<Heard & { marker: boolean }> {
  let { timestamp, payload } = packet;
  for (let nth = 0; nth < MOST_PACKED; nth++) {
    const [code, flags, high, low] = payload;
    if (code === undefined || flags === undefined || high === undefined || low === undefined) return;
    const [duration, ended] = [high << 8 | low, (flags & 0x80) !== 0];
    if (nth > 0 && duration === 0) return;
    yield { source, timestamp, code, duration, ended, sequence, marker };
    if (!ended) return;
    timestamp = (timestamp + duration) >>> 0;
    payload = payload.subarray(EVENT_BYTES);
  }
}

function isAlike(one: Heard, other: Heard): boolean {
  return one.source === other.source && one.code === other.code;
}

/** Whether a packet begins another press, though the clock has stood still since the one that is known. */
function isAnother(known: Heard, { sequence, marker, duration, ended }: Heard & { marker: boolean }): boolean {
  if (distance(known.sequence, sequence) <= 0 || ended) return false;
  return known.ended || (marker && duration < known.duration);
}

function isNextSegment(before: Heard, event: Heard): boolean {
  return !before.ended && before.duration === LONGEST_SEGMENT &&
    event.timestamp === (before.timestamp + LONGEST_SEGMENT) >>> 0;
}

/** Whether a packet goes on with the press before it, though its clock has run on. */
function isSamePress(before: Heard, event: Heard & { marker: boolean }): boolean {
  const apart = distance(before.sequence, event.sequence);
  if (apart === 0 || (apart > 0 && event.marker)) return false;
  const ticks = Math.abs(event.timestamp - before.timestamp | 0);
  // Where nothing was lost between them, there was no first packet of another press either.
  if (apart !== 1 && (Math.abs(apart) > NEAR || ticks > event.duration)) return false;
  const [earlier, later] = apart > 0 ? [before, event] : [event, before];
  return later.duration >= earlier.duration && (later.ended || !earlier.ended);
}

/** How many packets after one the other was sent; less than none if it was sent before it. */
function distance(from: number, to: number): number {
  return (to - from) << 16 >> 16;
}
