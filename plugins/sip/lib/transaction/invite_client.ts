/**
 * The client's side of an INVITE (RFC 3261 17.1.1, with the state Accepted of RFC 6026).
 *
 * @module
 */
import { parseCSeq, SipHeaders, type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import { type Peer, peerText } from "../transport/mod.ts";
import { type InviteOptions, TransactionTimeout } from "./endpoint.ts";
import { toTag } from "./keys.ts";
import { type ClientOptions, type ClientTransaction, timeout } from "./non_invite_client.ts";
import { PATIENCE_MS, T1_MS, Timers } from "./timers.ts";

/** How many phones a proxy may fork one INVITE to; what more of them answer is not heard. */
const MOST_FORKS = 16;

/** What an INVITE is made of. */
export interface InviteClientOptions extends ClientOptions, Pick<InviteOptions, "onProvisional" | "onForked"> {
  /** Sends a CANCEL as a transaction of its own. */
  sendCancel(cancel: SipRequest, to: Peer): Promise<SipResponse>;
}

interface Ack {
  bytes: Uint8Array;
  to: Peer;
}

/** An INVITE that waits for its answers. It is sent when it is made. */
export class InviteClient implements ClientTransaction {
  readonly to: Peer;
  readonly #options: InviteClientOptions;
  readonly #bytes: Uint8Array;
  readonly #timers: Timers;
  readonly #final = Promise.withResolvers<SipResponse>();
  /** The ACK for each To tag that a 2xx had, once there is one. */
  readonly #acks = new Map<string | undefined, Ack | undefined>();
  #refusalAck: Uint8Array | undefined;
  #cancelling = false;
  #state: "calling" | "proceeding" | "completed" | "accepted" | "ended" = "calling";

  constructor(options: InviteClientOptions) {
    const { request, to, clock } = options;
    this.to = to;
    this.#options = options;
    this.#bytes = writeMessage(request);
    this.#timers = new Timers(clock);
    this.#final.promise.catch(() => {});
    this.#send(this.#bytes);
    if (to.transport === "udp") {
      this.#timers.repeat("A", { first: T1_MS, longest: Infinity, call: () => this.#send(this.#bytes) });
    }
    this.#timers.set("B", { ms: PATIENCE_MS, call: () => this.fail(timeout(request, to)) });
  }

  /**
   * The first final response. Rejects with a {@linkcode TransactionTimeout} or a `TransportError`; nobody has to
   * listen.
   */
  get final(): Promise<SipResponse> {
    return this.#final.promise;
  }

  /** Sends CANCEL now, or when a provisional response has come (RFC 3261 9.1). */
  cancel(): void {
    if (this.#cancelling) return;
    this.#cancelling = true;
    if (this.#state === "proceeding") this.#sendCancel();
  }

  /** As `InviteTransaction.cancelAgain`. */
  async cancelAgain(to: Peer): Promise<SipResponse> {
    const { request, sendCancel } = this.#options;
    return await sendCancel(hopRequest(request, { method: "CANCEL" }), to);
  }

  /** Sends it no more. */
  rest(): void {
    this.#timers.clear("A");
  }

  /** Sends the ACK of a 2xx, and again whenever that comes again. */
  acknowledge(request: SipRequest, to: Peer): void {
    const ack = { bytes: writeMessage(request), to };
    this.#acks.set(toTag(request), ack);
    this.#send(ack.bytes, ack.to);
  }

  receive(response: SipResponse): boolean {
    const { status } = response;
    const isNews = this.#state === "calling" || (this.#state === "proceeding" && status >= 200);
    if (this.#state === "accepted") this.#receiveAgain(response);
    else if (this.#state === "completed") this.#refuseAgain(response);
    else if (this.#state !== "ended") this.#receiveFirst(response);
    return isNews;
  }

  fail(reason: unknown): void {
    if (this.#state === "ended") return;
    this.#final.reject(reason);
    this.#end();
  }

  #receiveFirst(response: SipResponse): void {
    const { status } = response;
    if (status < 200) this.#proceed(response);
    else if (status < 300) this.#accept(response);
    else this.#refuse(response);
  }

  #proceed(response: SipResponse): void {
    const first = this.#state === "calling";
    this.#state = "proceeding";
    this.#timers.clear("A", "B");
    if (first && this.#cancelling) this.#sendCancel();
    this.#options.onProvisional(response);
  }

  #accept(response: SipResponse): void {
    this.#state = "accepted";
    this.#timers.clear();
    this.#timers.set("M", { ms: PATIENCE_MS, call: () => this.#end() });
    this.#acks.set(toTag(response), undefined);
    this.#final.resolve(response);
  }

  #refuse(response: SipResponse): void {
    const { request } = this.#options;
    this.#state = "completed";
    this.#timers.clear();
    this.#refusalAck = writeMessage(hopRequest(request, { method: "ACK", to: response.headers.get("To") }));
    this.#send(this.#refusalAck);
    this.#final.resolve(response);
    // Over TCP the ACK cannot be lost.
    if (this.to.transport === "udp") this.#timers.set("D", { ms: PATIENCE_MS, call: () => this.#end() });
    else this.#end();
  }

  #refuseAgain({ status }: SipResponse): void {
    if (status >= 300 && this.#refusalAck) this.#send(this.#refusalAck);
  }

  #receiveAgain(response: SipResponse): void {
    if (response.status < 200 || response.status >= 300) return;
    const tag = toTag(response);
    if (this.#acks.has(tag)) {
      const ack = this.#acks.get(tag);
      if (ack) this.#send(ack.bytes, ack.to);
    } else if (this.#acks.size < MOST_FORKS) {
      this.#acks.set(tag, undefined);
      this.#options.onForked?.(response);
    }
  }

  #sendCancel(): void {
    // What comes of the INVITE says whether it has arrived.
    this.cancelAgain(this.to).catch(() => {});
    this.#timers.set("cancelled", {
      ms: PATIENCE_MS,
      call: () => {
        this.fail(
          new TransactionTimeout(
            `Cannot wait longer for the end of a cancelled INVITE: ${peerText(this.to)} gave no final answer`,
          ),
        );
      },
    });
  }

  #send(bytes: Uint8Array, to = this.to): void {
    this.#options.send(bytes, to).catch((error) => this.fail(error));
  }

  #end(): void {
    this.#state = "ended";
    this.#timers.clear();
    this.#options.onEnd();
  }
}

const COPIED = ["Max-Forwards", "From", "Call-ID", "Route"];

/**
 * Makes one as RFC 3261 9.1 and 17.1.1.3 say: with the top Via of the INVITE, so that its branch tells what it speaks
 * of, its number and its route.
 *
 * @param invite With our Via.
 * @param options Its method, and its To where that is not the INVITE's own: an ACK has the To of the response.
 */
function hopRequest(
  invite: SipRequest,
  { method, to }: { method: "ACK" | "CANCEL"; to?: string | undefined },
): SipRequest {
  const headers = new SipHeaders();
  headers.add("Via", invite.headers.all("Via")[0] ?? "");
  for (const [name, value] of invite.headers) if (COPIED.includes(name)) headers.add(name, value);
  headers.add("To", to ?? invite.headers.get("To") ?? "");
  headers.add("CSeq", `${parseCSeq(invite.headers.get("CSeq") ?? "").number} ${method}`);
  return { method, uri: invite.uri, headers, body: new Uint8Array() };
}
