/**
 * What the transaction layer offers: requests and their answers, however often the network loses or repeats them (RFC
 * 3261 section 17).
 *
 * @module
 */
import type { MalformedMessage, SipRequest, SipResponse } from "../message/mod.ts";
import type { Peer } from "../transport/mod.ts";

/** Sends requests, and hands over those that come. */
export interface Endpoint {
  /**
   * Sends a request other than INVITE and ACK, and waits for its final response. The top Via is added here;
   * Max-Forwards is its caller's.
   *
   * Rejects with a {@linkcode TransactionTimeout} after 32 s, a `TransportError` when it cannot be sent, or the reason
   * of the signal.
   */
  request(message: SipRequest, options: { to: Peer; signal?: AbortSignal }): Promise<SipResponse>;
  /**
   * Sends an INVITE. The ACK of a refusal is sent here; that of a 2xx is its caller's ({@linkcode
   * Endpoint.acknowledge}).
   */
  invite(message: SipRequest, options: InviteOptions): InviteTransaction;
  /** Sends the ACK of a 2xx, now and whenever that 2xx comes again. The top Via is added here. */
  acknowledge(ack: SipRequest, to: Peer): void;
  /** Ends every transaction, those of ours with a `TransportError`, and closes the transports. */
  close(): Promise<void>;
}

/** An endpoint with the ends that its transports and its user hold. */
export interface OpenEndpoint extends Endpoint {
  /** Hands requests over from now on; those that come before are dropped, as a network may do. */
  serve(user: EndpointUser): void;
  /** Takes bytes that came in: the `onMessage` of the transports. It never throws. */
  receive(bytes: Uint8Array, from: Peer): void;
  /** Answers what ends a connection: the `onMalformed` of the transports. It never throws. */
  malformed(fault: MalformedMessage, from: Peer): void;
  /**
   * Fails the requests that wait for an answer over a connection that is gone: the `onClosed` of the transports. It
   * never throws.
   */
  lost(peer: Peer): void;
}

/** What becomes of an INVITE. */
export interface InviteOptions {
  /** Where it goes. */
  to: Peer;
  /** Called with each 1xx. */
  onProvisional(response: SipResponse): void;
  /** Called with a 2xx of another phone that a proxy forked to, once for each To tag: it wants an ACK and a BYE. */
  onForked?(response: SipResponse): void;
}

/** An INVITE of ours. */
export interface InviteTransaction {
  /**
   * Its first final response. Rejects with a {@linkcode TransactionTimeout} or a `TransportError`; nobody has to
   * listen.
   */
  readonly final: Promise<SipResponse>;
  /**
   * Sends CANCEL now, or as soon as a provisional response has come. `final` still tells what came of it: within 32 s,
   * or it rejects.
   */
  cancel(): void;
  /**
   * Sends CANCEL once more after `final` has rejected: the phone may ring on behind a connection that broke, or have
   * been cut off for a while.
   *
   * @returns Its answer: 200 where the INVITE is known, 481 where it is not. Rejects as `final`.
   */
  cancelAgain(to: Peer): Promise<SipResponse>;
  /** Sends it no more: its dialog is over. What is still answered is acknowledged as ever. */
  rest(): void;
}

/** A request that came. */
export interface ServerTransaction {
  /** The request; its top Via says where it really came from (RFC 3581). */
  readonly request: SipRequest;
  /** Where it came from. */
  readonly from: Peer;
  /**
   * Answers; provisional ones first, if any. What comes after a final answer is ignored: a CANCEL may have been
   * quicker.
   *
   * Throws a `TypeError` for what RFC 4320 forbids: 1xx other than 100, and 408, to a request other than INVITE.
   */
  respond(response: SipResponse): void;
  /** INVITE: aborted when a CANCEL has ended it; the 487 has been sent. */
  readonly cancelled: AbortSignal;
  /**
   * INVITE: fulfils when the final answer is acknowledged; a 2xx is repeated until then. Of other requests it is
   * fulfilled.
   *
   * Rejects with a {@linkcode TransactionTimeout} 32 s after the answer, or a `TransportError`; nobody has to listen.
   */
  readonly acknowledged: Promise<void>;
  /** INVITE: repeats a 2xx no more, since the phone has ended the dialog that it makes. `acknowledged` rejects. */
  rest(): void;
}

/** What strangers may cost. */
export interface EndpointBounds {
  /** Requests of others in work or remembered, of all sources. */
  transactions: number;
  /** The same of one source: an IPv4 address, or an IPv6 network of 64 bits. */
  transactionsPerSource: number;
  /** Bytes of those requests, of all sources: a few that are long cost as much as many. */
  transactionBytes: number;
  /** The same of one source. */
  transactionBytesPerSource: number;
  /** Bytes of one request over UDP; one that is longer is refused with 513. */
  datagramBytes: number;
  /**
   * Messages a second of one source, in the long run. Of the answers to a request of ours the first provisional and the
   * first final one do not count.
   */
  messagesPerSecond: number;
  /** Messages of one source at once. */
  burst: number;
  /**
   * Messages a second over UDP of all sources together: the source of a datagram can be forged, another one for each.
   * Sources of which a request was let in lately are not held to it.
   */
  messagesPerSecondOfAll: number;
  /** The same at once. */
  burstOfAll: number;
}

/** What holds unless told otherwise. A whole room of phones may stand behind one address. */
export const DEFAULT_ENDPOINT_BOUNDS: EndpointBounds = {
  transactions: 8_192,
  transactionsPerSource: 4_096,
  transactionBytes: 16_777_216,
  transactionBytesPerSource: 2_097_152,
  datagramBytes: 16_384,
  messagesPerSecond: 100,
  burst: 1_000,
  messagesPerSecondOfAll: 5_000,
  burstOfAll: 10_000,
};

/** What to do with a request before a transaction is made of it: take it, forget it, or answer it once. */
export type Admission = "ok" | "drop" | SipResponse;

/** Who hears of requests. */
export interface EndpointUser {
  /** Called with each new request but ACK and CANCEL. */
  onRequest(transaction: ServerTransaction): void;
  /**
   * Decides whether an ACK is heard at all: one that is forged must neither end the wait for the real one nor take its
   * place. All are, without.
   */
  believesAck?(ack: SipRequest, from: Peer): boolean;
  /** Called with each ACK of a 2xx. */
  onAck?(ack: SipRequest, from: Peer): void;
  /** Decides what becomes of a request before it costs memory. Not asked about ACK and CANCEL. */
  admit(request: SipRequest, from: Peer): Admission;
}

/** No final answer came in time. */
export class TransactionTimeout extends Error {
  override readonly name = "TransactionTimeout";
}
