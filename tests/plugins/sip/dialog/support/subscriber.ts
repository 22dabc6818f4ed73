/**
 * A phone that subscribes.
 *
 * @module
 */
import {
  type Header,
  newToken,
  responseTo,
  SipHeaders,
  type SipRequest,
  type SipResponse,
} from "../../../../../plugins/sip/lib/message/mod.ts";
import { flush } from "../../support/hand_clock.ts";
import { type Bench, peerOf } from "./party.ts";

const USUAL: Header[] = [["Event", "message-summary"], ["Expires", "600"], ["Contact", "<sip:200@127.0.0.1:5070>"]];

/** A phone that subscribes, and keeps what it is notified of. */
export class Subscriber {
  readonly notified: SipRequest[] = [];
  /** What it answers a NOTIFY with; 0 = nothing. */
  status = 200;
  headers: Header[] = [];
  readonly #bench: Bench;
  readonly #callId = newToken();
  readonly #from = `<sip:200@phones.test>;tag=${newToken()}`;
  #to = "<sip:kitchen@phones.test>";
  #cseq = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
    bench.phone.onRequest = (transaction) => {
      const { request } = transaction;
      this.notified.push(request);
      if (this.status !== 0) transaction.respond(responseTo(request, this.status, { headers: this.headers }));
      return true;
    };
  }

  /** What the last NOTIFY said of the subscription. */
  get state(): string | undefined {
    return this.notified.at(-1)?.headers.get("Subscription-State");
  }

  async subscribe(...headers: Header[]): Promise<SipResponse> {
    const { phone, us } = this.#bench;
    const all = new SipHeaders([
      ["Max-Forwards", "70"],
      ["From", this.#from],
      ["To", this.#to],
      ["Call-ID", this.#callId],
      ["CSeq", `${++this.#cseq} SUBSCRIBE`],
    ]);
    for (const [name, value] of [...USUAL, ...headers]) value === "" ? all.delete(name) : all.set(name, value);
    const request = { method: "SUBSCRIBE", uri: "sip:kitchen@127.0.0.1:5060", headers: all, body: new Uint8Array() };
    const response = await phone.endpoint.request(request, { to: peerOf(us) });
    if (response.status === 200) this.#to = response.headers.get("To") ?? "";
    await flush();
    return response;
  }
}
