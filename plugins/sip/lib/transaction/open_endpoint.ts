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
import { type Clock, TokenBuckets } from "../tools/mod.ts";
import { peerText, type Transports } from "../transport/mod.ts";
import { ClientTransactions } from "./client_transactions.ts";
import type { EndpointBounds, EndpointUser, OpenEndpoint } from "./endpoint.ts";
import { RateLimit } from "./rate_limit.ts";
import { type Arrival, ServerTransactions } from "./server_transactions.ts";
import { withSource } from "./via.ts";

const LOG_RATE = { perSecond: 1, burst: 20 };
const LONGEST_LOG = 300;

/** What {@linkcode openEndpoint} is told. */
export interface EndpointOptions {
  /** Carries the messages; closed with the endpoint. */
  transports: Transports;
  /** Times the transactions. */
  clock: Clock;
  /** What strangers may cost. */
  bounds: EndpointBounds;
  /** Hears of trouble, at a bounded rate. */
  log(text: string): void;
}

/** Who hears of requests as long as the endpoint serves nobody. */
const NOBODY: EndpointUser = { admit: () => "drop", onRequest() {} };

/** Makes an endpoint of transports: what they receive is handed to its `receive`, and what they lose to its `lost`. */
export function openEndpoint(options: EndpointOptions): OpenEndpoint {
  const { transports, clock, bounds } = options;
  const rateLimit = new RateLimit({ clock, bounds });
  const logRate = new TokenBuckets({ clock, ...LOG_RATE });
  const log = (text: string) => {
    if (logRate.take("")) options.log(text.slice(0, LONGEST_LOG));
  };
  const clients = new ClientTransactions({ transports, clock, log });
  let user = NOBODY;
  const servers = new ServerTransactions({
    ...{ transports, clock, bounds, log },
    onRequest: (transaction) => user.onRequest(transaction),
    onAck: (ack, from) => user.onAck?.(ack, from),
    admit(request, from) {
      const admission = user.admit(request, from);
      if (admission === "ok") rateLimit.letIn(from);
      return admission;
    },
  });
  let closed = false;

  function take(arrival: Arrival, read: () => SipMessage): void {
    if (closed) return;
    const { from } = arrival;
    const refused = rateLimit.refuses(from);
    if (refused !== undefined) return log(refused);
    const message = readOrRefuse(read, arrival);
    if (!message) return;
    if (isRequest(message)) return takeRequest(withSource(message, from), arrival);
    if (clients.receive(message)) rateLimit.giveBack(from);
  }

  /** Takes what came, whatever it is. */
  function takeSafely(arrival: Arrival, read: () => SipMessage): void {
    try {
      take(arrival, read);
    } catch (error) {
      log(`A message of ${peerText(arrival.from)} is dropped: ${String(error)}`);
    }
  }

  function takeRequest(request: SipRequest, arrival: Arrival): void {
    if (request.method === "ACK" && user.believesAck?.(request, arrival.from) === false) return;
    const isTooLong = arrival.from.transport === "udp" && arrival.bytes > bounds.datagramBytes;
    if (!isTooLong) servers.receive(request, arrival);
    else if (request.method !== "ACK") refuse(request, { status: 513, reason: "Message Too Large", ...arrival });
  }

  function refuse(
    request: SipRequest,
    { status, reason, ...arrival }: Arrival & { status: number; reason: string },
  ): void {
    servers.answerStateless(request, responseTo(request, status, { reason, toTag: newToken() }), arrival);
  }

  function readOrRefuse(read: () => SipMessage, arrival: Arrival): SipMessage | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      const { from } = arrival;
      log(`A message of ${peerText(from)} is refused: ${error.message}`);
      const { request, status, reason } = error;
      if (request) refuse(withSource(request, from), { status, reason, ...arrival });
      return undefined;
    }
  }

  return {
    serve(given) {
      user = given;
    },
    request: (message, sending) => clients.request(message, sending),
    invite: (message, sending) => clients.invite(message, sending),
    acknowledge: (ack, to) => clients.acknowledge(ack, to),
    receive: (bytes, from) => takeSafely({ from, bytes: bytes.length }, () => parseMessage(bytes)),
    malformed(fault, from) {
      takeSafely({ from, bytes: 0 }, () => {
        throw fault;
      });
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
