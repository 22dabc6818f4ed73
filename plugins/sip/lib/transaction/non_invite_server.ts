/**
 * The server's side of a request other than INVITE (RFC 3261 17.2.2, RFC 4320).
 *
 * @module
 */
import { type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { type Peer, peerText } from "../transport/mod.ts";
import type { ServerTransaction } from "./endpoint.ts";
import { PATIENCE_MS, Timers } from "./timers.ts";

/** What a transaction of others is made of. */
export interface ServerOptions {
  /** It is let go of once it has its final answer: what is kept of it then is only that. */
  request: SipRequest;
  from: Peer;
  clock: Clock;
  /** Sends an answer to where the request came from. Rejects with a `TransportError`. */
  send(bytes: Uint8Array): Promise<void>;
  log(text: string): void;
  /** Called when its repetitions need not come here any more. */
  onEnd(): void;
}

/** A transaction of others, as what comes in sees it. */
export interface ReceivingTransaction extends Omit<ServerTransaction, "request" | "from"> {
  /** The request came again. */
  repeat(): void;
  /** Ends it; whoever waits for an ACK hears why. */
  fail(reason: Error): void;
}

/** A request that waits for our answer, and is answered again when it comes again. */
export class NonInviteServer implements ReceivingTransaction {
  readonly cancelled = new AbortController().signal;
  readonly acknowledged = Promise.resolve();
  readonly #options: Omit<ServerOptions, "request">;
  readonly #method: string;
  readonly #timers: Timers;
  #last: Uint8Array | undefined;
  #state: "waiting" | "completed" | "ended" = "waiting";

  constructor({ request: { method }, ...options }: ServerOptions) {
    this.#options = options;
    this.#method = method;
    this.#timers = new Timers(options.clock);
    this.#timers.set("abandoned", {
      ms: PATIENCE_MS,
      call: () => this.#giveUp(new Error(`${method} of ${peerText(options.from)} was never answered`)),
    });
  }

  respond(response: SipResponse): void {
    const { status } = response;
    if (status === 408 || (status < 200 && status !== 100)) {
      throw new TypeError(`Cannot answer ${this.#method} with ${status}: RFC 4320 allows it for INVITE only`);
    }
    if (this.#state !== "waiting") return;
    this.#last = writeMessage(response);
    this.#send(this.#last);
    if (status >= 200) this.#complete();
  }

  repeat(): void {
    if (this.#last) this.#send(this.#last);
  }

  rest(): void {}

  fail(): void {
    if (this.#state !== "ended") this.#end();
  }

  #complete(): void {
    this.#state = "completed";
    this.#timers.clear("abandoned");
    // Over TCP the request is not repeated.
    if (this.#options.from.transport === "udp") this.#timers.set("J", { ms: PATIENCE_MS, call: () => this.#end() });
    else this.#end();
  }

  #send(bytes: Uint8Array): void {
    this.#options.send(bytes).catch((error) => this.#giveUp(error));
  }

  #giveUp(reason: Error): void {
    if (this.#state === "ended") return;
    this.#options.log(reason.message);
    this.fail();
  }

  #end(): void {
    this.#state = "ended";
    this.#timers.clear();
    this.#options.onEnd();
  }
}
