/**
 * The client's side of a request other than INVITE (RFC 3261 17.1.2).
 *
 * @module
 */
import { type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { type Peer, peerText } from "../transport/mod.ts";
import { TransactionTimeout } from "./endpoint.ts";
import { PATIENCE_MS, T1_MS, T2_MS, T4_MS, Timers } from "./timers.ts";

/** What a transaction of ours is made of. */
export interface ClientOptions {
  /** With our Via. */
  request: SipRequest;
  to: Peer;
  clock: Clock;
  /** Rejects with a `TransportError`. */
  send(bytes: Uint8Array, to: Peer): Promise<void>;
  /** Called when responses need not come here any more. */
  onEnd(): void;
}

/** A transaction of ours, as its responses and its transport see it. */
export interface ClientTransaction {
  readonly to: Peer;
  /**
   * Takes a response that has its key.
   *
   * @returns Whether it is the first provisional one before the final one, or the first final one.
   */
  receive(response: SipResponse): boolean;
  /** Ends it; whoever waits for an answer hears why. */
  fail(reason: unknown): void;
}

/** A request that waits for its answer. It is sent when it is made. */
export class NonInviteClient implements ClientTransaction {
  readonly to: Peer;
  readonly #options: ClientOptions;
  readonly #bytes: Uint8Array;
  readonly #timers: Timers;
  readonly #final = Promise.withResolvers<SipResponse>();
  #state: "trying" | "proceeding" | "completed" | "ended" = "trying";

  constructor(options: ClientOptions) {
    const { request, to, clock } = options;
    this.to = to;
    this.#options = options;
    this.#bytes = writeMessage(request);
    this.#timers = new Timers(clock);
    this.#final.promise.catch(() => {});
    this.#send();
    if (to.transport === "udp") this.#sendAgainAfter(T1_MS);
    this.#timers.set("F", { ms: PATIENCE_MS, call: () => this.fail(timeout(request, to)) });
  }

  /** The final response. Rejects with a {@linkcode TransactionTimeout} or a `TransportError`; nobody has to listen. */
  get final(): Promise<SipResponse> {
    return this.#final.promise;
  }

  receive(response: SipResponse): boolean {
    if (this.#state !== "trying" && this.#state !== "proceeding") return false;
    const isNews = response.status >= 200 || this.#state === "trying";
    if (response.status >= 200) this.#complete(response);
    else this.#state = "proceeding";
    return isNews;
  }

  fail(reason: unknown): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#timers.clear();
    this.#final.reject(reason);
    this.#options.onEnd();
  }

  #sendAgainAfter(ms: number): void {
    this.#timers.set("E", {
      ms,
      call: () => {
        this.#sendAgainAfter(this.#state === "proceeding" ? T2_MS : Math.min(2 * ms, T2_MS));
        this.#send();
      },
    });
  }

  #send(): void {
    this.#options.send(this.#bytes, this.to).catch((error) => this.fail(error));
  }

  #complete(response: SipResponse): void {
    this.#state = "completed";
    this.#timers.clear();
    this.#final.resolve(response);
    // Over UDP its repetitions may still be under way.
    if (this.to.transport === "udp") this.#timers.set("K", { ms: T4_MS, call: () => this.#end() });
    else this.#end();
  }

  #end(): void {
    this.#state = "ended";
    this.#options.onEnd();
  }
}

/** Says that an answer did not come. */
export function timeout({ method }: SipRequest, to: Peer): TransactionTimeout {
  return new TransactionTimeout(`Cannot wait longer for an answer to ${method}: ${peerText(to)} gave none in time`);
}
