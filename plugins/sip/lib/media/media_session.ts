/**
 * The sound of one call: what is agreed about it, and the socket that it goes through.
 *
 * @module
 */
import type { Clock } from "../tools/mod.ts";
import { unzoned } from "../transport/mod.ts";
import { checkDigits } from "./digits.ts";
import { addressType, type Agreement, answerTo, offerLines, OUR_DIGITS, takeAnswer } from "./negotiation.ts";
import { readPacket } from "./rtp.ts";
import type { RtpPorts, RtpSocket } from "./rtp_ports.ts";
import { RtpSender } from "./rtp_sender.ts";
import { type RtpAddress, SymmetricRtp } from "./symmetric_rtp.ts";
import { TelephoneEvents } from "./telephone_events.ts";

/** What the sound of a call is made of. */
export interface MediaOptions {
  /** Where it takes its port from. */
  ports: RtpPorts;
  /** The address of this machine that the phone sees. */
  host: string;
  /** Where the phone's signalling comes from: only from there, or from where its description says, is RTP heard. */
  phone: string;
  clock: Clock;
  /** Packets of the phone that are read each second; what is beyond them is dropped unread. */
  mostPacketsPerSecond: number;
  /** Told each digit that the phone's person presses, once. */
  onDigit(digit: string): void;
}

/** How often silence is sent: RFC 6263 wants no more than 15 s between packets, phones give up after 30. */
const SILENCE_MS = 5_000;

/**
 * The sound of one call. It begins with a bound socket; `offer`, `accept` and `answer` agree with the phone, as often
 * as either side wishes; `close` gives the socket back.
 */
export class MediaSession {
  /** Whether we hold the phone: what is offered and answered next says so. */
  held = false;
  readonly #options: MediaOptions;
  readonly #rtp: RtpSocket;
  readonly #stream: RtpSender;
  readonly #session: number;
  readonly #heard = new TelephoneEvents();
  readonly #remote: SymmetricRtp;
  #agreement: Agreement | undefined;
  /** The number that we gave digits. A phone that answers with a number of its own may write them with either. */
  #digitsIn = OUR_DIGITS;
  #said = { version: 0, lines: "" };
  #second = { endsAt: 0, packets: 0 };
  #cancelSilence: (() => void) | undefined;
  readonly #leaving = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #closing: Promise<void> | undefined;

  private constructor(options: MediaOptions, rtp: RtpSocket) {
    this.#options = options;
    this.#rtp = rtp;
    this.#remote = new SymmetricRtp(options.phone);
    this.#session = Math.floor(Math.random() * 2 ** 31);
    this.#stream = new RtpSender({ clock: options.clock, send: (bytes) => this.#send(bytes) });
    rtp.socket.on("message", (bytes, { address, port }) => this.#receive(bytes, { host: address, port }));
    // ICMP's "nobody listens there" arrives as an error of the socket; the phone may listen later.
    rtp.socket.on("error", () => {});
  }

  /** Takes a port. @throws {NoRtpPort} (rejected) If there is none. */
  static async open(options: MediaOptions): Promise<MediaSession> {
    return new MediaSession(options, await options.ports.open(options.host));
  }

  /** Whether digits can be sent as packets; else INFO is left. */
  get sendsDigits(): boolean {
    return this.#agreement?.digits !== undefined && this.#sends && this.#remote.destination !== undefined;
  }

  /** Writes an offer. */
  offer(): Uint8Array {
    this.#digitsIn = OUR_DIGITS;
    return this.#say(offerLines(this.#ourselves()));
  }

  /** Takes the answer to the last offer. @throws {UnusableDescription} If it is none; what was agreed before holds. */
  accept(body: Uint8Array): void {
    this.#agree(takeAnswer(body, this.held));
  }

  /**
   * Answers an offer of the phone.
   *
   * @throws {UnusableDescription} If there is nothing in common; what was agreed before holds.
   */
  answer(body: Uint8Array): Uint8Array {
    const { agreement, lines } = answerTo(body, this.#ourselves());
    this.#digitsIn = agreement.digits ?? OUR_DIGITS;
    this.#agree(agreement);
    return this.#say(lines);
  }

  /**
   * Sends digits as packets, one after another.
   *
   * @throws {TypeError} (rejected) If they are not digits; what the signal says (rejected) when abandoned; an Error
   * when it is closed.
   */
  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    checkDigits(digits);
    const until = AbortSignal.any([signal, this.#over.signal]);
    for (const digit of digits) {
      const payloadType = this.#agreement?.digits;
      if (payloadType === undefined) return;
      await this.#stream.digit(digit, { payloadType, signal: until });
    }
    if (this.#agreement && this.#sends) await this.#stream.quiet(this.#agreement, until);
  }

  /** Hears and sends nothing any more, and gives the port back. Fulfilled when it can be held again. */
  close(): Promise<void> {
    this.#over.abort(new Error("Cannot send digits: the call is ending"));
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#cancelSilence?.();
    // Deno never tells what became of a packet under which its socket is closed.
    await Promise.all(this.#leaving);
    await new Promise<void>((closed) => void this.#rtp.socket.close(closed));
  }

  get #closed(): boolean {
    return this.#over.signal.aborted;
  }

  get #sends(): boolean {
    return this.#agreement?.direction === "sendrecv" || this.#agreement?.direction === "sendonly";
  }

  #ourselves() {
    return { host: unzoned(this.#options.host), port: this.#rtp.port, session: this.#session, held: this.held };
  }

  /** RFC 3264 8: the version in o= rises exactly when something else has changed. */
  #say(lines: string[]): Uint8Array {
    const text = lines.join("\r\n");
    if (text !== this.#said.lines) this.#said = { version: this.#said.version + 1, lines: text };
    const origin = `o=- ${this.#session} ${this.#said.version} IN ${addressType(unzoned(this.#options.host))} ${
      unzoned(this.#options.host)
    }`;
    return new TextEncoder().encode(`v=0\r\n${origin}\r\n${text}\r\n`);
  }

  #agree(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#remote.describe(agreement);
    if (!this.#cancelSilence && !this.#closed) this.#keepAlive();
  }

  #keepAlive(): void {
    if (this.#agreement && this.#sends) this.#stream.silence(this.#agreement);
    this.#cancelSilence = this.#options.clock.after(SILENCE_MS, () => this.#keepAlive());
  }

  #receive(bytes: Uint8Array, from: RtpAddress): void {
    // In this order: what a stranger sends must not use up what the phone may send.
    if (!this.#remote.accepts(from) || this.#isOverRate()) return;
    const packet = readPacket(bytes);
    if (!packet) return;
    this.#remote.latch(from);
    if (packet.payloadType !== this.#digitsIn && packet.payloadType !== this.#agreement?.digits) return;
    for (const digit of this.#heard.hear(packet)) this.#options.onDigit(digit);
  }

  #isOverRate(): boolean {
    const now = this.#options.clock.now();
    if (now >= this.#second.endsAt) this.#second = { endsAt: now + 1000, packets: 0 };
    return ++this.#second.packets > this.#options.mostPacketsPerSecond;
  }

  #send(bytes: Uint8Array): void {
    const to = this.#remote.destination;
    if (!to || this.#closed) return;
    const left = Promise.withResolvers<void>();
    this.#leaving.add(left.promise);
    this.#rtp.socket.send(bytes, to.port, to.host, () => {
      this.#leaving.delete(left.promise);
      left.resolve();
    });
  }
}
