/**
 * The server's side of an INVITE (RFC 3261 17.2.1 and 13.3.1.4, with the state Accepted of RFC 6026).
 *
 * @module
 */
import { newToken, responseTo, type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import { type Peer, peerText } from "../transport/mod.ts";
import { TransactionTimeout } from "./endpoint.ts";
import { toTag } from "./keys.ts";
import type { ReceivingTransaction, ServerOptions } from "./non_invite_server.ts";
import { PATIENCE_MS, T1_MS, T2_MS, T4_MS, Timers } from "./timers.ts";

/** An INVITE that is not answered for so long gets a 100, milliseconds. */
const TRYING_MS = 200;
const REPETITION = { first: T1_MS, longest: T2_MS };

/** What an INVITE of others is made of. */
export interface InviteServerOptions extends ServerOptions {
  /** Called with a 2xx before it is sent: its ACK is known by it. */
  onAccepted(response: SipResponse): void;
}

/** An INVITE that waits for our answer, and then for its ACK. */
export class InviteServer implements ReceivingTransaction {
  readonly #options: Omit<InviteServerOptions, "request">;
  readonly #timers: Timers;
  readonly #cancel = new AbortController();
  readonly #acknowledged = Promise.withResolvers<void>();
  #request: SipRequest | undefined;
  #last: Uint8Array | undefined;
  #tag: string | undefined;
  #heard = false;
  #state: "proceeding" | "completed" | "confirmed" | "accepted" | "ended" = "proceeding";

  constructor({ request, ...options }: InviteServerOptions) {
    this.#request = request;
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#acknowledged.promise.catch(() => {});
    this.#timers.set("trying", { ms: TRYING_MS, call: () => this.respond(responseTo(request, 100)) });
  }

  /** Who has sent it. */
  get from(): Peer {
    return this.#options.from;
  }

  get cancelled(): AbortSignal {
    return this.#cancel.signal;
  }

  get acknowledged(): Promise<void> {
    return this.#acknowledged.promise;
  }

  /** The To tag of every answer that we give ourselves: that of the first one of its user, if there was one. */
  get tag(): string {
    return this.#tag ??= newToken();
  }

  respond(response: SipResponse): void {
    if (this.#state !== "proceeding") return;
    const bytes = writeMessage(response);
    this.#tag ??= toTag(response);
    this.#timers.clear("trying");
    this.#last = bytes;
    if (response.status >= 300) this.#refuse(bytes);
    else if (response.status >= 200) this.#accept(response, bytes);
    if (response.status >= 200) this.#request = undefined;
    this.#send(bytes);
  }

  repeat(): void {
    if (this.#last && (this.#state === "proceeding" || this.#state === "completed")) this.#send(this.#last);
  }

  /** A CANCEL came: ends it with 487, if it has no final answer yet (RFC 3261 9.2). */
  cancel(): void {
    if (this.#state !== "proceeding" || !this.#request) return;
    this.respond(responseTo(this.#request, 487, { toTag: this.tag }));
    this.#cancel.abort(new Error(`${peerText(this.#options.from)} cancelled its INVITE`));
  }

  /** An ACK with its branch came. @returns Whether it is that of a refusal. */
  acknowledgeRefusal(): boolean {
    if (this.#state === "completed") {
      this.#state = "confirmed";
      this.#timers.clear();
      this.#acknowledged.resolve();
      // Over TCP no other ACK is on its way.
      if (this.#options.from.transport === "udp") this.#timers.set("I", { ms: T4_MS, call: () => this.#end() });
      else this.#end();
      return true;
    }
    return this.#state === "confirmed";
  }

  /** The ACK of its 2xx came. @returns Whether it is the first. */
  acknowledgeSuccess(): boolean {
    if (this.#state !== "accepted" || this.#heard) return false;
    this.#heard = true;
    this.#timers.clear("again");
    this.#acknowledged.resolve();
    return true;
  }

  rest(): void {
    if (this.#state !== "accepted" || this.#heard) return;
    this.#heard = true;
    this.#timers.clear("again");
    this.#acknowledged.reject(new Error(`${peerText(this.#options.from)} ended its dialog before it sent an ACK`));
  }

  fail(reason: Error): void {
    if (this.#state === "ended") return;
    this.#acknowledged.reject(reason);
    this.#end();
  }

  #refuse(bytes: Uint8Array): void {
    this.#state = "completed";
    if (this.#options.from.transport === "udp") {
      this.#timers.repeat("G", { ...REPETITION, call: () => this.#send(bytes) });
    }
    this.#timers.set("H", { ms: PATIENCE_MS, call: () => this.#giveUp(this.#unacknowledged()) });
  }

  #accept(response: SipResponse, bytes: Uint8Array): void {
    this.#state = "accepted";
    this.#options.onAccepted(response);
    // Over TCP, too: a hop behind it may be UDP.
    this.#timers.repeat("again", { ...REPETITION, call: () => this.#send(bytes) });
    this.#timers.set("L", {
      ms: PATIENCE_MS,
      call: () => this.#heard ? this.#end() : this.#giveUp(this.#unacknowledged()),
    });
  }

  #unacknowledged(): TransactionTimeout {
    return new TransactionTimeout(`Cannot wait longer for an ACK: ${peerText(this.#options.from)} sent none in time`);
  }

  #send(bytes: Uint8Array): void {
    this.#options.send(bytes).catch((error) => this.#giveUp(error));
  }

  #giveUp(reason: Error): void {
    if (this.#state === "ended") return;
    this.#options.log(reason.message);
    this.fail(reason);
  }

  #end(): void {
    this.#state = "ended";
    this.#timers.clear();
    this.#options.onEnd();
  }
}
