/**
 * One endpoint between transports in memory and a clock that a test moves.
 *
 * @module
 */
import {
  isRequest,
  parseMessage,
  type ResponseOptions,
  responseTo,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  writeMessage,
} from "../../../../../plugins/sip/lib/message/mod.ts";
import {
  type Admission,
  DEFAULT_ENDPOINT_BOUNDS,
  type EndpointBounds,
  type OpenEndpoint,
  openEndpoint,
  type ServerTransaction,
} from "../../../../../plugins/sip/lib/transaction/mod.ts";
import { type Peer, TransportError } from "../../../../../plugins/sip/lib/transport/mod.ts";
import { flush, HandClock } from "../../support/hand_clock.ts";

/** A phone behind UDP. */
export const UDP: Peer = { transport: "udp", host: "192.0.2.7", port: 5062 };
/** The same phone behind TCP. */
export const TCP: Peer = { ...UDP, transport: "tcp" };

/** A message that the endpoint sent. */
export interface Sent {
  message: SipMessage;
  to: Peer;
  /** Whether a connection may be opened for it. */
  dial: boolean;
  /** Milliseconds since the bench was made. */
  at: number;
}

/** What a bench is made of; what is left out is in order. */
export interface BenchOptions {
  bounds?: Partial<EndpointBounds>;
  admit?(request: SipRequest, from: Peer): Admission;
  onRequest?(transaction: ServerTransaction): void;
}

/** An endpoint, and all that it did. */
export class Bench {
  readonly clock = new HandClock();
  readonly endpoint: OpenEndpoint;
  readonly sent: Sent[] = [];
  /** The bytes of all of them. */
  bytesSent = 0;
  readonly received: ServerTransaction[] = [];
  readonly acks: SipRequest[] = [];
  readonly logged: string[] = [];
  /** Peers whose connections are kept. */
  readonly kept: Peer[] = [];
  /** Peers that cannot be reached. */
  readonly unreachable = new Set<number>();

  constructor({ bounds, admit = () => "ok", onRequest }: BenchOptions = {}) {
    this.endpoint = openEndpoint({
      transports: {
        send: async (bytes, to, { dial = true } = {}) => await this.#send(bytes, { to, dial }),
        local: ({ host }) => ({ host: host.includes(":") ? "2001:db8::1" : "192.0.2.1", port: 5060 }),
        keep: (peer) => this.kept.push(peer),
        close: () => Promise.resolve(),
      },
      clock: this.clock,
      bounds: { ...DEFAULT_ENDPOINT_BOUNDS, ...bounds },
      log: (text) => this.logged.push(text),
    });
    this.endpoint.serve({
      admit,
      onRequest: (transaction) => {
        this.received.push(transaction);
        onRequest?.(transaction);
      },
      onAck: (ack) => this.acks.push(ack),
    });
  }

  /** The methods and statuses that were sent, with their moments: `INVITE@0`, `200@500`. */
  get story(): string[] {
    return this.sent.map(({ message, at }) => `${isRequest(message) ? message.method : message.status}@${at}`);
  }

  /** The last message that was sent, as a request. */
  get request(): SipRequest {
    const message = this.sent.at(-1)?.message;
    if (!message || !isRequest(message)) throw new Error("the last message that was sent is no request");
    return message;
  }

  /** The last message that was sent, as a response. */
  get response(): SipResponse {
    const message = this.sent.at(-1)?.message;
    if (!message || isRequest(message)) throw new Error("the last message that was sent is no response");
    return message;
  }

  /** The last transaction that came. */
  get transaction(): ServerTransaction {
    const transaction = this.received.at(-1);
    if (!transaction) throw new Error("no transaction came");
    return transaction;
  }

  /** A message comes in. */
  async hear(message: SipMessage, from: Peer = UDP): Promise<void> {
    this.endpoint.receive(writeMessage(message), from);
    await flush();
  }

  /** The phone answers a request that was sent. */
  async answer(request: SipRequest, status: number, options: ResponseOptions & { from?: Peer } = {}): Promise<void> {
    await this.hear(responseTo(request, status, { toTag: "phone", ...options }), options.from);
  }

  /** Closes the endpoint, and sees that nothing is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoint.close();
    await flush();
    if (this.clock.alarms > 0) throw new Error(`${this.clock.alarms} timers are left`);
  }

  #send(bytes: Uint8Array, { to, dial }: Pick<Sent, "to" | "dial">): void {
    if (this.unreachable.has(to.port)) throw new TransportError(`Cannot send to port ${to.port}: nobody is there`);
    this.bytesSent += bytes.length;
    this.sent.push({ message: parseMessage(bytes), to, dial, at: this.clock.now() });
  }
}
