/**
 * What comes in, sorted: answers to those who wait for them, requests to where they are answered.
 *
 * @module
 */
import {
  isRequest,
  MalformedMessage,
  newToken,
  parseMessage,
  responseTo,
  type SipMessage,
  type SipRequest,
} from "../message/mod.ts";
import { type Clock, Pace } from "../tools/mod.ts";
import { type Peer, peerText, sourceOf, type Transports } from "../transport/mod.ts";
import { Clients } from "./clients.ts";
import type { EndpointLimits, EndpointUser, OpenEndpoint } from "./endpoint.ts";
import { KnownSources } from "./known_sources.ts";
import { type Arrival, Servers } from "./servers.ts";
import { withSource } from "./via.ts";

const LOG_PACE = { perSecond: 1, burst: 20 };
const LONGEST_LOG = 300;

/** What {@linkcode openEndpoint} is told. */
export interface EndpointOptions extends EndpointUser {
  /** Carries the messages; closed with the endpoint. */
  transports: Transports;
  /** Times the transactions. */
  clock: Clock;
  /** What strangers may cost. */
  limits: EndpointLimits;
}

/** Makes an endpoint of transports: what they receive is handed to its `receive`, and what they lose to its `lost`. */
export function openEndpoint(options: EndpointOptions): OpenEndpoint {
  const { transports, clock, limits } = options;
  const pace = new Pace({ clock, perSecond: limits.messagesPerSecond, burst: limits.burst });
  const paceOfAll = new Pace({ clock, perSecond: limits.messagesPerSecondOfAll, burst: limits.burstOfAll });
  const logPace = new Pace({ clock, ...LOG_PACE });
  const log = (text: string) => {
    if (logPace.take("")) options.log(text.slice(0, LONGEST_LOG));
  };
  const clients = new Clients({ transports, clock, log });
  const known = new KnownSources();
  const user: EndpointUser = {
    ...options,
    admit(request, from) {
      const admission = options.admit(request, from);
      if (admission === "ok") known.add(sourceOf(from.host));
      return admission;
    },
  };
  const servers = new Servers({ transports, clock, limits, user, log });
  let closed = false;

  function take(bytes: Uint8Array, from: Peer): void {
    if (closed) return;
    const source = sourceOf(from.host);
    // Before it is read: a flood must not even cost that.
    if (!pace.take(source)) {
      return log(`${peerText(from)} is not heard: it sends more than ${limits.messagesPerSecond} messages a second`);
    }
    // Who has a connection is where he says, and who was let in lately is somebody's phone: strangers must not silence them.
    const isStranger = from.transport === "udp" && !known.has(source);
    if (isStranger && !paceOfAll.take("")) {
      return log(
        `${peerText(from)} is not heard: strangers send more than ${limits.messagesPerSecondOfAll} messages a second`,
      );
    }
    const message = read(bytes, from);
    if (!message) return;
    if (isRequest(message)) return takeRequest(withSource(message, from), { from, bytes: bytes.length });
    if (!clients.receive(message)) return;
    pace.giveBack(source);
    if (isStranger) paceOfAll.giveBack("");
  }

  function takeRequest(request: SipRequest, arrival: Arrival): void {
    if (request.method === "ACK" && options.believesAck?.(request, arrival.from) === false) return;
    const isTooLong = arrival.from.transport === "udp" && arrival.bytes > limits.datagramBytes;
    if (!isTooLong) servers.receive(request, arrival);
    else if (request.method !== "ACK") refuse(request, { status: 513, reason: "Message Too Large" }, arrival);
  }

  function refuse(request: SipRequest, { status, reason }: { status: number; reason: string }, arrival: Arrival): void {
    servers.answerStateless(request, responseTo(request, status, { reason, toTag: newToken() }), arrival);
  }

  function read(bytes: Uint8Array, from: Peer): SipMessage | undefined {
    try {
      return parseMessage(bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      log(`A message of ${peerText(from)} is refused: ${error.message}`);
      if (error.request) refuse(withSource(error.request, from), error, { from, bytes: bytes.length });
      return undefined;
    }
  }

  return {
    request: (message, sending) => clients.request(message, sending),
    invite: (message, sending) => clients.invite(message, sending),
    acknowledge: (ack, to) => clients.acknowledge(ack, to),
    receive(bytes, from) {
      try {
        take(bytes, from);
      } catch (error) {
        log(`A message of ${peerText(from)} is dropped: ${String(error)}`);
      }
    },
    lost: (peer) => clients.lost(peer),
    async close() {
      closed = true;
      clients.close();
      servers.close();
      await transports.close();
    },
  };
}
