/**
 * What sends and receives the bytes of messages (RFC 3261 section 18).
 *
 * @module
 */
import type { MalformedMessage } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import type { LocalAddress, Peer, TransportName } from "./peer.ts";

/** Bounds of what strangers may cost. */
export interface TransportBounds {
  /** Bytes of one message. */
  mostBytes: number;
  /**
   * TCP connections at once that peers have opened. One more evicts another: of those that are not kept, if there are
   * any.
   */
  connections: number;
  /** Of those, the connections of one source: an IPv4 address, or an IPv6 network of 64 bits. */
  connectionsPerAddress: number;
  /**
   * TCP connections at once that we have opened or are opening: whoever takes all the others must not keep us from
   * reaching phones.
   */
  connectionsOfOurs: number;
  /** Of those, the connections to one source: whoever accepts all that we open must not take them from others. */
  connectionsOfOursPerAddress: number;
  /** How long a TCP connection may last that is not kept, milliseconds. */
  strangerMs: number;
  /** How long a TCP connection may be silent that is kept, milliseconds; more than any registration lasts. */
  quietMs: number;
  /** How long connecting may take, milliseconds. */
  connectMs: number;
  /**
   * Bytes waiting to be sent through one TCP connection, with what each message costs beside them, or through one UDP
   * socket. A peer that reads its connection so slowly loses it.
   */
  waitingBytes: number;
}

/** What holds unless told otherwise. */
export const DEFAULT_TRANSPORT_BOUNDS: TransportBounds = {
  mostBytes: 65_535,
  connections: 1_024,
  connectionsPerAddress: 256,
  connectionsOfOurs: 256,
  connectionsOfOursPerAddress: 16,
  strangerMs: 32_000,
  quietMs: 7_200_000,
  connectMs: 5_000,
  waitingBytes: 1_048_576,
};

/** How a message is sent. */
export interface SendOptions {
  /** Whether a connection is opened if there is none; true, if absent. What strangers are answered is not worth one. */
  dial?: boolean;
}

/** The sockets of an endpoint. */
export interface Transports {
  /**
   * Sends one message; over TCP through the connection that the peer opened, else through one of ours. Fulfils when the
   * message has left this process.
   *
   * Rejects with a {@linkcode TransportError}.
   */
  send(bytes: Uint8Array, to: Peer, options?: SendOptions): Promise<void>;
  /**
   * Tells which address of ours Via and Contact name to a peer. Throws a {@linkcode TransportError} when no socket of
   * ours reaches it.
   */
  local(to: Peer): LocalAddress;
  /**
   * Keeps the TCP connection of a peer, if there is one, for as long as it is used: somebody whom we know asks or
   * answers through it.
   */
  keep(peer: Peer): void;
  /** Closes every socket. */
  close(): Promise<void>;
}

/** The sockets of an endpoint as they are opened: bound, but deaf. */
export interface OpenTransports extends Transports {
  /**
   * Begins to receive. What is made of transports can thus be there before anything comes in: datagrams that come
   * earlier are dropped, as a network may do, and connections wait.
   */
  start(receiver: Receiver): void;
}

/** Who hears what comes in. */
export interface Receiver {
  /** Called with each message, and with each datagram whatever it holds. It must not throw. */
  onMessage(bytes: Uint8Array, from: Peer): void;
  /** Called with what ends a TCP connection that is no stream of messages any more. It must not throw. */
  onMalformed?(fault: MalformedMessage, from: Peer): void;
  /** Called when a TCP connection is gone. It must not throw. */
  onClosed?(from: Peer): void;
}

/** What {@linkcode openTransports} is told. */
export interface TransportOptions {
  /** Where to listen: IP literals of this machine, no wildcards; port 0 takes any. */
  listen: readonly { host: string; port: number }[];
  /** How to listen at each. */
  transports: readonly TransportName[];
  /** What strangers may cost. */
  bounds: TransportBounds;
  /** Times connections; that of this machine if absent. */
  clock?: Clock;
}

/** A message could not be sent. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}
