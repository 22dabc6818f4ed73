/**
 * All requests of others that are in work or remembered.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { responseTo, type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import { type Peer, peerText, Places, TransportError, type Transports } from "../transport/mod.ts";
import type { EndpointLimits, EndpointUser } from "./endpoint.ts";
import { InviteServer } from "./invite_server.ts";
import { acknowledgementKey, mergeKey, serverKey } from "./keys.ts";
import { type ReceivingTransaction, RequestServer, type ServerParts } from "./server.ts";
import { newToken, topVia } from "./via.ts";

const SIP_PORT = 5_060;

/** What they are made of. */
export interface ServersParts {
  transports: Transports;
  clock: Clock;
  limits: Pick<EndpointLimits, "transactions" | "transactionsPerSource">;
  user: EndpointUser;
  log(text: string): void;
}

/** The transactions of others. */
export class Servers {
  readonly #parts: ServersParts;
  readonly #places: Places;
  readonly #byKey = new Map<string, ReceivingTransaction>();
  readonly #merged = new Set<string>();
  readonly #accepted = new Map<string, InviteServer>();

  /** @param parts What they are made of. */
  constructor(parts: ServersParts) {
    const { transactions, transactionsPerSource } = parts.limits;
    this.#parts = parts;
    this.#places = new Places({ most: transactions, mostPerSource: transactionsPerSource });
  }

  /** Takes a request whose top Via has its source. */
  receive(request: SipRequest, from: Peer): void {
    if (request.method === "ACK") return this.#acknowledge(request, from);
    if (request.method === "CANCEL") return this.#cancel(request, from);
    const transaction = this.#byKey.get(serverKey(request));
    if (transaction) return transaction.repeat();
    const merged = mergeKey(request);
    if (merged !== undefined && this.#merged.has(merged)) return this.#refuse(request, { from, status: 482 });
    const admission = this.#parts.user.admit(request, from);
    if (admission === "ok") this.#begin(request, from);
    else if (admission !== "drop") this.answerStateless(request, from, admission);
  }

  /** As `Endpoint.answerStateless`. */
  answerStateless(request: SipRequest, from: Peer, response: SipResponse): void {
    this.#send(writeMessage(response), { request, from }).catch((error) => this.#parts.log(String(error)));
  }

  /** Ends all. */
  close(): void {
    const error = new TransportError("Cannot wait for an ACK: the endpoint was closed");
    for (const transaction of [...this.#byKey.values()]) transaction.fail(error);
  }

  #begin(request: SipRequest, from: Peer): void {
    const { clock, log, user } = this.#parts;
    const giveBack = this.#places.take(from.host);
    if (!giveBack) return log(`${request.method} of ${peerText(from)} is dropped: too many requests are in work`);
    const key = serverKey(request);
    const merged = mergeKey(request);
    const onEnd = () => {
      giveBack();
      this.#byKey.delete(key);
      if (merged !== undefined) this.#merged.delete(merged);
    };
    const parts = {
      request,
      from,
      clock,
      log,
      send: (bytes: Uint8Array) => this.#send(bytes, { request, from }),
      onEnd,
    };
    const transaction = request.method === "INVITE" ? this.#newInvite(parts) : new RequestServer(parts);
    this.#byKey.set(key, transaction);
    if (merged !== undefined) this.#merged.add(merged);
    try {
      user.onRequest(transaction);
    } catch (error) {
      log(`${request.method} of ${peerText(from)} is answered 500: ${String(error)}`);
      transaction.respond(responseTo(request, 500, { toTag: newToken() }));
    }
  }

  #newInvite(parts: ServerParts): InviteServer {
    let key: string | undefined;
    const transaction = new InviteServer({
      ...parts,
      onAccepted: (response) => {
        key = acknowledgementKey(response);
        this.#accepted.set(key, transaction);
      },
      onEnd: () => {
        parts.onEnd();
        if (key !== undefined) this.#accepted.delete(key);
      },
    });
    return transaction;
  }

  #acknowledge(ack: SipRequest, from: Peer): void {
    const refused = this.#byKey.get(serverKey(ack));
    if (refused instanceof InviteServer && refused.acknowledgeRefusal()) return;
    const accepted = this.#accepted.get(acknowledgementKey(ack));
    if (accepted?.acknowledgeSuccess()) this.#parts.user.onAck?.(ack, from);
  }

  /** A CANCEL needs no transaction: it does the same, and is answered the same, however often it comes. */
  #cancel(request: SipRequest, from: Peer): void {
    const invite = this.#byKey.get(serverKey(request, "INVITE"));
    if (!(invite instanceof InviteServer)) return this.#refuse(request, { from, status: 481 });
    this.answerStateless(request, from, responseTo(request, 200, { toTag: invite.tag }));
    invite.cancel();
  }

  #refuse(request: SipRequest, { from, status }: { from: Peer; status: number }): void {
    this.answerStateless(request, from, responseTo(request, status, { toTag: newToken() }));
  }

  /** Over TCP the way back may be gone: then there is the one that Via names (RFC 3261 18.2.2). */
  async #send(bytes: Uint8Array, { request, from }: { request: SipRequest; from: Peer }): Promise<void> {
    const { transports } = this.#parts;
    try {
      await transports.send(bytes, from);
    } catch (error) {
      const { port = SIP_PORT } = topVia(request);
      if (from.transport === "udp" || port === from.port) throw error;
      await transports.send(bytes, { ...from, port });
    }
  }
}
