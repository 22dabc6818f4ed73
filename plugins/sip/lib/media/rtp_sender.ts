/**
 * The RTP stream that we send: silence now and then, and digits.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { type Clock, pause } from "../tools/mod.ts";
import { codeOf } from "./digits.ts";
import type { Agreement } from "./negotiation.ts";
import { writePacket } from "./rtp.ts";

/** Milliseconds of sound in one packet, and between the packets of an event. */
const PACKET_MS = 20;
const TICKS_PER_MS = 8;
/** How long a digit sounds. */
const DIGIT_MS = 100;
/**
 * How long it is silent after one: RFC 4733 2.5.1.1 leaves it to us, and receivers that look for tones want some 50 ms.
 */
const PAUSE_MS = 60;
/** RFC 4733 2.5.1.4: the last packet is sent three times. */
const ENDS = 3;
const END_BIT = 0x80;
/** More than phones hold back to even out what comes unevenly: they play a packet when later ones have come. */
const QUIETS = 5;
/** -10 dBm0. */
const VOLUME = 10;

/** What a stream is made of. */
export interface RtpSenderOptions {
  clock: Clock;
  /** Sends one packet; what cannot be sent is lost, as packets are. */
  send(bytes: Uint8Array): void;
}

/** Packets with the numbers that RTP wants of a sender. */
export class RtpSender {
  readonly #clock: Clock;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #startedAt: number;
  readonly #source = randomBytes(4).readUInt32BE();
  readonly #firstTimestamp = randomBytes(4).readUInt32BE();
  #sequence = randomBytes(2).readUInt16BE();

  constructor({ clock, send }: RtpSenderOptions) {
    this.#clock = clock;
    this.#send = send;
    this.#startedAt = clock.now();
  }

  /** Sends one packet of silence. Phones give up a call in which they hear nothing at all. */
  silence({ audio }: Agreement, { marker = true }: { marker?: boolean } = {}): void {
    const quiet = audio.codec === "pcmu" ? 0xff : 0xd5;
    const payload = new Uint8Array(PACKET_MS * TICKS_PER_MS).fill(quiet);
    this.#packet({ payloadType: audio.payload, marker, timestamp: this.#now(), payload });
  }

  /**
   * Sends as much silence as phones need after the last digit to hear its end. When abandoned it stops: the digits have
   * been sent.
   */
  async quiet(agreement: Agreement, signal: AbortSignal): Promise<void> {
    for (let sent = 0; sent < QUIETS && !signal.aborted; sent++) {
      this.silence(agreement, { marker: sent === 0 });
      await pause(PACKET_MS, { clock: this.#clock, signal });
    }
  }

  /**
   * Sends a digit, and the pause after it. When abandoned, what has sounded is ended first.
   *
   * @throws What the signal says.
   */
  async digit(digit: string, { payloadType, signal }: { payloadType: number; signal: AbortSignal }): Promise<void> {
    const timestamp = this.#now();
    const event = (durationMs: number, end: boolean) => {
      const ticks = durationMs * TICKS_PER_MS;
      const payload = Uint8Array.of(codeOf(digit), (end ? END_BIT : 0) | VOLUME, ticks >> 8, ticks & 0xff);
      this.#packet({ payloadType, marker: durationMs === PACKET_MS && !end, timestamp, payload });
    };
    const wait = (ms: number) => pause(ms, { clock: this.#clock, signal });
    let sounded = PACKET_MS;
    event(sounded, false);
    while (sounded < DIGIT_MS - PACKET_MS && await wait(PACKET_MS)) event(sounded += PACKET_MS, false);
    for (let sent = 0; sent < ENDS; sent++) {
      await wait(PACKET_MS);
      event(sounded, true);
    }
    await wait(PAUSE_MS);
    signal.throwIfAborted();
  }

  #packet(packet: { payloadType: number; marker: boolean; timestamp: number; payload: Uint8Array }): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#send(writePacket({ ...packet, sequence: this.#sequence, source: this.#source }));
  }

  #now(): number {
    const ticks = Math.round((this.#clock.now() - this.#startedAt) * TICKS_PER_MS);
    return (this.#firstTimestamp + ticks) >>> 0;
  }
}
