/**
 * Calls that we begin (RFC 3261 13.2).
 *
 * @module
 */
import {
  answerOf,
  contact,
  Dialog,
  exchange,
  type Exchanged,
  exchangeInside,
  isSuccess,
  messageOf,
  newRequest,
  type Outgoing,
  type Refusal,
  refusalOf,
  RequestRefused,
} from "../dialog/mod.ts";
import type { MediaSession } from "../media/mod.ts";
import {
  type Header,
  newToken,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
  withParam,
  writeAddress,
  writeRequestUri,
} from "../message/mod.ts";
import { peerText } from "../transport/mod.ts";
import { ALLOW, type CallEnd } from "./call.ts";
import { earlyDialog } from "./early_dialog.ts";
import { AwaitedAnswer, type CallContext, described, openMedia, takeAnswer } from "./offer_answer.ts";
import { PhoneCall } from "./phone_call.ts";
import type { SessionOptions } from "./reinvite.ts";
import { Session } from "./session.ts";

/** Begins a call. What becomes of it, its promises tell. */
export function placeCall(agent: CallContext, outgoing: Outgoing): PhoneCall {
  const call = new PhoneCall(newToken());
  void new OutgoingCall(agent, { outgoing, call }).begin();
  return call;
}

/** A call that we begin, from its first INVITE to its session. */
class OutgoingCall {
  readonly #agent: CallContext;
  readonly #outgoing: Outgoing;
  readonly #call: PhoneCall;
  readonly #localTag = newToken();
  readonly #answer = new AwaitedAnswer();
  #cseq = 0;
  /** An INVITE of ours has no final answer: the phone may ring, or go on to. */
  #unanswered = false;

  constructor(agent: CallContext, { outgoing, call }: { outgoing: Outgoing; call: PhoneCall }) {
    this.#agent = agent;
    this.#outgoing = outgoing;
    this.#call = call;
  }

  get #identity(): { callId: string; localTag: string } {
    return { callId: this.#call.id, localTag: this.#localTag };
  }

  /** Goes through the call; never rejects. */
  async begin(): Promise<void> {
    const { to: peer, toAddress } = this.#outgoing;
    const other = { peer, address: writeAddress(toAddress) };
    this.#agent.dialogs.set(this.#identity, earlyDialog(this.#agent, { call: this.#call, other }));
    let media: MediaSession | undefined;
    let end: CallEnd;
    let headers: SipHeaders | undefined;
    try {
      media = await openMedia(this.#agent, { peer: this.#outgoing.to, call: this.#call });
      const exchanged = await this.#invite(media);
      if (isSuccess(exchanged.response)) return this.#answered(exchanged, media);
      const { status, reason } = exchanged.response;
      end = { by: this.#call.endingBy ?? "phone", status, reason };
      headers = exchanged.response.headers;
    } catch (error) {
      end = this.#failure(refusalOf(error));
    }
    await media?.close();
    this.#agent.dialogs.delete(this.#identity);
    this.#call.progress.end(end, headers);
  }

  /** What a call ends with to which the phone gives no final answer, or which never reached it. */
  #failure(failure: Refusal): CallEnd {
    const { endingBy } = this.#call;
    if (endingBy === "us" && this.#unanswered) return { by: "us", unconfirmed: failure };
    return { by: endingBy ?? "network", ...failure };
  }

  #invite(media: MediaSession): Promise<Exchanged> {
    const { body, headers } = described(media.offer());
    return exchange({
      credentials: this.#outgoing.credentials,
      build: (authorization) => this.#request({ headers: [...headers, ...authorization], body }),
      send: (request) => this.#send(request),
    });
  }

  #request({ headers, body }: { headers: Header[]; body: Uint8Array }): SipRequest {
    const { uri, from, toAddress, to } = this.#outgoing;
    const { product } = this.#agent;
    return newRequest({
      method: "INVITE",
      uri: writeRequestUri(uri),
      from: writeAddress({ ...from, params: withParam(from.params, { name: "tag", value: this.#localTag }) }),
      to: writeAddress(toAddress),
      callId: this.#call.id,
      cseq: ++this.#cseq,
      headers: [
        contact(this.#agent, { peer: to, user: from.uri.user }),
        ["User-Agent", product],
        ["Allow", ALLOW],
        ...(this.#outgoing.headers ?? []),
        ...headers,
      ],
      body,
    });
  }

  async #send(request: SipRequest): Promise<SipResponse> {
    const { ending, progress } = this.#call;
    if (ending.aborted) throw new RequestRefused({ status: 487, reason: "Request Terminated" });
    const { to, currentPeer } = this.#outgoing;
    const transaction = this.#agent.endpoint.invite(request, {
      to,
      onProvisional: (response) => {
        this.#answer.hear(response);
        const { status } = response;
        // 181, 182 and 199 tell of calls that are forwarded, queued or gone: nothing rings there.
        if (status === 180 || status === 183) progress.ring();
      },
      onForked: (response) => this.#refuseFork({ request, response }),
    });
    this.#call.askAgain = () => {
      const now = currentPeer?.();
      return answerOf(() => transaction.cancelAgain(now?.transport === to.transport ? now : to));
    };
    const cancel = () => transaction.cancel();
    ending.addEventListener("abort", cancel, { once: true });
    this.#unanswered = true;
    try {
      const response = await transaction.final;
      this.#unanswered = false;
      return response;
    } finally {
      ending.removeEventListener("abort", cancel);
    }
  }

  /**
   * A 2xx has come. It makes a dialog even if it crosses a CANCEL or says nothing that we can use: then that is ended
   * by BYE.
   */
  #answered(exchanged: Exchanged, media: MediaSession): void {
    const { endingBy, progress } = this.#call;
    const options = { ...this.#acknowledge(exchanged), media, user: this.#outgoing.from.uri.user, ours: true };
    const session = new Session(options, {
      onDigit: (digit) => this.#call.onDigit?.(digit),
      onEnd: (end) => progress.end(end),
    });
    this.#call.askAgain = () => session.sendBye();
    if (endingBy) return void session.bye({ by: endingBy });
    const { flaw } = options.dialog;
    if (flaw?.isExcess) return void session.bye({ by: "us", status: 513, reason: flaw.reason });
    try {
      takeAnswer(this.#answer.of(exchanged.response), media);
    } catch (error) {
      this.#agent.log(`A phone that answered is hung up: ${messageOf(error)}`);
      return void session.bye({ by: "us", status: 488, reason: messageOf(error) });
    }
    this.#call.begin(session);
  }

  /** Another phone that a proxy rang has answered as well (13.2.2.4): one call is one phone. */
  #refuseFork(exchanged: Exchanged): void {
    exchangeInside(this.#acknowledge(exchanged), { method: "BYE" }).catch((error) => {
      this.#agent.log(`A second phone that answered did not answer BYE: ${messageOf(error)}`);
    });
  }

  #acknowledge({ request, response }: Exchanged): Pick<SessionOptions, "agent" | "dialog" | "credentials"> {
    const { to, currentPeer, credentials } = this.#outgoing;
    const dialog = Dialog.ofResponse(request, response, { localTag: this.#localTag, peer: to, currentPeer });
    this.#agent.endpoint.acknowledge(dialog.acknowledgement(request), to);
    if (dialog.flaw) this.#agent.log(`${response.status} of ${peerText(to)} makes a bad dialog: ${dialog.flaw.reason}`);
    return { agent: this.#agent, dialog, credentials };
  }
}
