/**
 * All requests of ours that wait for answers.
 *
 * @module
 */
import { type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { type Peer, peerText, samePeer, TransportError, type Transports } from "../transport/mod.ts";
import type { InviteOptions, InviteTransaction } from "./endpoint.ts";
import { InviteClient } from "./invite_client.ts";
import { clientKey, inviteKey } from "./keys.ts";
import { type ClientOptions, type ClientTransaction, NonInviteClient } from "./non_invite_client.ts";
import { withOurVia } from "./via.ts";

/** What they are made of. */
export interface ClientTransactionsOptions {
  transports: Transports;
  clock: Clock;
  log(text: string): void;
}

/** The transactions of ours. */
export class ClientTransactions {
  readonly #options: ClientTransactionsOptions;
  readonly #byKey = new Map<string, ClientTransaction>();
  readonly #invites = new Map<string, InviteClient>();
  #closed = false;

  constructor(options: ClientTransactionsOptions) {
    this.#options = options;
  }

  /** As `Endpoint.request`. */
  async request(message: SipRequest, { to, signal }: { to: Peer; signal?: AbortSignal }): Promise<SipResponse> {
    if (["INVITE", "ACK", "CANCEL"].includes(message.method)) {
      throw new TypeError(`Cannot send ${message.method} as a request of its own: invite() and acknowledge() send it`);
    }
    signal?.throwIfAborted();
    const transaction = this.#begin(this.#addressed(message, to), to);
    const abandon = () => transaction.fail(signal?.reason);
    signal?.addEventListener("abort", abandon);
    try {
      return await transaction.final;
    } finally {
      signal?.removeEventListener("abort", abandon);
    }
  }

  /** As `Endpoint.invite`. */
  invite(message: SipRequest, { to, ...listeners }: InviteOptions): InviteTransaction {
    try {
      return this.#beginInvite(this.#addressed(message, to), { to, ...listeners });
    } catch (error) {
      const final = Promise.reject<SipResponse>(error);
      final.catch(() => {});
      return { final, cancel() {}, cancelAgain: () => final, rest() {} };
    }
  }

  /** As `Endpoint.acknowledge`. */
  acknowledge(message: SipRequest, to: Peer): void {
    const failed = (error: unknown) => this.#options.log(`An ACK was not sent: ${String(error)}`);
    try {
      const ack = this.#addressed(message, to);
      const invite = this.#invites.get(inviteKey(ack));
      if (invite) invite.acknowledge(ack, to);
      else this.#options.transports.send(writeMessage(ack), to).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /**
   * Takes a response.
   *
   * @returns Whether somebody waits for it, and it is the first provisional or the first final one.
   */
  receive(response: SipResponse): boolean {
    // One with the Via of somebody else below ours went astray (RFC 3261 8.1.3.3).
    const transaction = response.headers.all("Via").length === 1 ? this.#byKey.get(clientKey(response)) : undefined;
    if (!transaction) return false;
    this.#options.transports.keep(transaction.to);
    return transaction.receive(response);
  }

  /** As `OpenEndpoint.lost`. */
  lost(peer: Peer): void {
    const error = new TransportError(`Cannot get an answer: the connection to ${peerText(peer)} is gone`);
    for (const transaction of [...this.#byKey.values()]) if (samePeer(transaction.to, peer)) transaction.fail(error);
  }

  /** Fails all that wait. */
  close(): void {
    this.#closed = true;
    const error = new TransportError("Cannot get an answer: the endpoint was closed");
    for (const transaction of [...this.#byKey.values()]) transaction.fail(error);
  }

  #addressed(message: SipRequest, to: Peer): SipRequest {
    this.#requireOpen(to);
    return withOurVia(message, { local: this.#options.transports.local(to), to });
  }

  #requireOpen(to: Peer): void {
    if (this.#closed) throw new TransportError(`Cannot send to ${peerText(to)}: the endpoint is closed`);
  }

  #begin(request: SipRequest, to: Peer): NonInviteClient {
    this.#requireOpen(to);
    const transaction = new NonInviteClient(this.#optionsOf(request, to));
    this.#byKey.set(clientKey(request), transaction);
    return transaction;
  }

  #beginInvite(request: SipRequest, { to, ...listeners }: InviteOptions): InviteClient {
    const options = this.#optionsOf(request, to);
    const key = inviteKey(request);
    const transaction: InviteClient = new InviteClient({
      ...options,
      ...listeners,
      sendCancel: (cancel, to) => this.#begin(cancel, to).final,
      onEnd: () => {
        options.onEnd();
        if (this.#invites.get(key) === transaction) this.#invites.delete(key);
      },
    });
    this.#byKey.set(clientKey(request), transaction);
    this.#invites.set(key, transaction);
    return transaction;
  }

  #optionsOf(request: SipRequest, to: Peer): ClientOptions {
    const { transports, clock } = this.#options;
    const key = clientKey(request);
    return {
      request,
      to,
      clock,
      send: (bytes, peer) => transports.send(bytes, peer),
      onEnd: () => this.#byKey.delete(key),
    };
  }
}
