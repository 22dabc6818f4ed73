/**
 * All requests of others that are in work or remembered.
 *
 * @module
 */
import { newToken, responseTo, type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { type Peer, peerText, Quota, TransportError, type Transports } from "../transport/mod.ts";
import type { EndpointBounds, EndpointUser, ServerTransaction } from "./endpoint.ts";
import { InviteServer } from "./invite_server.ts";
import { acknowledgementKey, mergeKey, serverKey } from "./keys.ts";
import { NonInviteServer, type ReceivingTransaction, type ServerOptions } from "./non_invite_server.ts";
import { type ResponseTargets, responseTargets } from "./via.ts";

/** What they are made of. */
export interface ServerTransactionsOptions extends Required<Omit<EndpointUser, "believesAck">> {
  transports: Transports;
  clock: Clock;
  bounds: Pick<
    EndpointBounds,
    "transactions" | "transactionsPerSource" | "transactionBytes" | "transactionBytesPerSource"
  >;
  log(text: string): void;
}

/** How a request came. */
export interface Arrival {
  from: Peer;
  /** How long it was. */
  bytes: number;
}

/**
 * A datagram's sender can be forged: what it makes us send to another is at most this many times as long, as in RFC
 * 9000 8.1.
 */
const MOST_TIMES = 3;

/** The transactions of others. */
export class ServerTransactions {
  readonly #options: ServerTransactionsOptions;
  readonly #count: Quota;
  readonly #bytes: Quota;
  readonly #byKey = new Map<string, ReceivingTransaction>();
  readonly #merged = new Set<string>();
  readonly #accepted = new Map<string, InviteServer>();

  constructor(options: ServerTransactionsOptions) {
    const { transactions, transactionsPerSource, transactionBytes, transactionBytesPerSource } = options.bounds;
    this.#options = options;
    this.#count = new Quota({ most: transactions, mostPerSource: transactionsPerSource });
    this.#bytes = new Quota({ most: transactionBytes, mostPerSource: transactionBytesPerSource });
  }

  /** Takes a request whose top Via has its source. */
  receive(request: SipRequest, arrival: Arrival): void {
    const { from } = arrival;
    if (request.method === "ACK") return this.#acknowledge(request, from);
    if (request.method === "CANCEL") return this.#cancel(request, arrival);
    const transaction = this.#byKey.get(serverKey(request));
    if (transaction) return transaction.repeat();
    const merged = mergeKey(request);
    if (merged !== undefined && this.#merged.has(merged)) return this.#refuse(request, { status: 482, ...arrival });
    const admission = this.#options.admit(request, from);
    if (admission === "drop") return;
    if (admission !== "ok") return this.answerStateless(request, admission, arrival);
    this.#options.transports.keep(from);
    this.#begin(request, arrival);
  }

  /**
   * Answers once, without a transaction: for strangers, who could make us repeat it to somebody else. What would be too
   * long for what came in a datagram is not sent, and no connection is opened for it: a stranger who closes his could
   * have us open one to each port of Via.
   */
  answerStateless(request: SipRequest, response: SipResponse, { from, bytes }: Arrival): void {
    const answer = writeMessage(response);
    if (from.transport === "udp" && answer.length > MOST_TIMES * bytes) return;
    const { transports, log } = this.#options;
    transports.send(answer, responseTargets(request, from).first, { dial: false }).catch((error) => log(String(error)));
  }

  /** Ends all. */
  close(): void {
    const error = new TransportError("Cannot wait for an ACK: the endpoint was closed");
    for (const transaction of [...this.#byKey.values()]) transaction.fail(error);
  }

  #begin(request: SipRequest, { from, bytes }: Arrival): void {
    const { clock, log, onRequest } = this.#options;
    const release = this.#acquire(from, bytes);
    if (!release) return log(`${request.method} of ${peerText(from)} is dropped: too many requests are in work`);
    const key = serverKey(request);
    const merged = mergeKey(request);
    const targets = responseTargets(request, from);
    const onEnd = () => {
      release();
      this.#byKey.delete(key);
      if (merged !== undefined) this.#merged.delete(merged);
    };
    const options = { request, from, clock, log, send: (answer: Uint8Array) => this.#send(answer, targets), onEnd };
    const transaction = request.method === "INVITE" ? this.#newInvite(options) : new NonInviteServer(options);
    this.#byKey.set(key, transaction);
    if (merged !== undefined) this.#merged.add(merged);
    try {
      onRequest(forUser(transaction, { request, from }));
    } catch (error) {
      log(`${request.method} of ${peerText(from)} is answered 500: ${String(error)}`);
      transaction.respond(responseTo(request, 500, { toTag: newToken() }));
    }
  }

  /** Takes what a transaction costs. @returns What gives it back. */
  #acquire(from: Peer, bytes: number): (() => void) | undefined {
    const releaseCount = this.#count.acquire(from.host);
    const releaseBytes = releaseCount && this.#bytes.acquire(from.host, bytes);
    if (releaseBytes) {
      return () => {
        releaseCount();
        releaseBytes();
      };
    }
    releaseCount?.();
    return undefined;
  }

  #newInvite(options: ServerOptions): InviteServer {
    let key: string | undefined;
    // Not as a piece of its options: those hold the request, of which an answered INVITE is to let go.
    const { onEnd } = options;
    const transaction = new InviteServer({
      ...options,
      onAccepted: (response) => {
        key = acknowledgementKey(response);
        this.#accepted.set(key, transaction);
      },
      onEnd: () => {
        onEnd();
        if (key !== undefined) this.#accepted.delete(key);
      },
    });
    return transaction;
  }

  #acknowledge(ack: SipRequest, from: Peer): void {
    const refused = this.#byKey.get(serverKey(ack));
    if (refused instanceof InviteServer && refused.acknowledgeRefusal()) return;
    const accepted = this.#accepted.get(acknowledgementKey(ack));
    if (accepted?.acknowledgeSuccess()) this.#options.onAck(ack, from);
  }

  /** A CANCEL needs no transaction: it does the same, and is answered the same, however often it comes. */
  #cancel(request: SipRequest, arrival: Arrival): void {
    const invite = this.#byKey.get(serverKey(request, "INVITE"));
    // Who saw an INVITE pass could end it from anywhere.
    const isSenders = invite instanceof InviteServer && invite.from.host === arrival.from.host;
    if (!isSenders) return this.#refuse(request, { status: 481, ...arrival });
    this.answerStateless(request, responseTo(request, 200, { toTag: invite.tag }), arrival);
    invite.cancel();
  }

  #refuse(request: SipRequest, { status, ...arrival }: Arrival & { status: number }): void {
    this.answerStateless(request, responseTo(request, status, { toTag: newToken() }), arrival);
  }

  async #send(bytes: Uint8Array, { first, otherwise }: ResponseTargets): Promise<void> {
    const { transports } = this.#options;
    try {
      await transports.send(bytes, first);
    } catch (error) {
      if (!otherwise) throw error;
      await transports.send(bytes, otherwise);
    }
  }
}

/** What the endpoint's user is given: it holds the request, of which the transaction itself lets go. */
function forUser(
  transaction: ReceivingTransaction,
  { request, from }: Pick<ServerTransaction, "request" | "from">,
): ServerTransaction {
  const { cancelled, acknowledged } = transaction;
  return {
    request,
    from,
    cancelled,
    acknowledged,
    respond: (response) => transaction.respond(response),
    rest: () => transaction.rest(),
  };
}
