/**
 * A network in memory that loses, delays and doubles messages as a test wants, with the real transactions on top of it.
 *
 * @module
 */
import { parseMessage, type SipMessage } from "../../../../../plugins/sip/lib/message/mod.ts";
import type { OpenTransports, Peer, Receiver } from "../../../../../plugins/sip/lib/transport/mod.ts";
import type { HandClock } from "../../support/hand_clock.ts";

/** One message on its way. */
export interface Sent {
  message: SipMessage;
  /** The port of who sent it; it tells the parties apart. */
  from: number;
  to: number;
}

/** What becomes of a message: lost, or delivered after so many milliseconds each. */
export type Fate = "lost" | readonly number[];

/** The network: every party is a port of 127.0.0.1. */
export class Wire {
  /** Everything that was ever sent, in order. */
  readonly sent: Sent[] = [];
  /** Decides what becomes of a message; all arrive at once, if a test says nothing. */
  fate: (sent: Sent) => Fate = () => [0];
  readonly #clock: HandClock;
  readonly #parties = new Map<number, Receiver>();

  /** @param clock Times what is late. */
  constructor(clock: HandClock) {
    this.#clock = clock;
  }

  /** Makes a party reachable. */
  join(port: number): OpenTransports {
    return {
      start: (receiver) => void this.#parties.set(port, receiver),
      local: () => ({ host: "127.0.0.1", port }),
      send: async (bytes, to) => await this.#send(bytes, { from: port, to: to.port }),
      keep() {},
      close: async () => await void this.#parties.delete(port),
    };
  }

  /** The requests and statuses that went one way: `["INVITE", "ACK"]`, `["100", "200"]`. */
  story(from: number): string[] {
    return this.sent.filter((sent) => sent.from === from).map(({ message }) =>
      "method" in message ? message.method : `${message.status}`
    );
  }

  #send(bytes: Uint8Array, { from, to }: { from: number; to: number }): void {
    const sent = { message: parseMessage(bytes), from, to };
    this.sent.push(sent);
    const fate = this.fate(sent);
    if (fate === "lost") return;
    const peer: Peer = { transport: "udp", host: "127.0.0.1", port: from };
    const arrive = () => this.#parties.get(to)?.onMessage(bytes, peer);
    for (const ms of fate) {
      if (ms === 0) queueMicrotask(arrive);
      else this.#clock.after(ms, arrive);
    }
  }
}
