/**
 * An answered call: what comes and goes inside of its dialog, until a BYE (RFC 3261 15).
 *
 * @module
 */
import {
  type DialogUsage,
  endsDialog,
  exchangeInside,
  isSuccess,
  type OtherSide,
  type Refusal,
  refusesAtOnce,
  reply,
  RequestRefused,
  unconfirmedBy,
} from "../dialog/mod.ts";
import { checkDigits, infoOfDigit } from "../media/mod.ts";
import { methodRefusal, type SipRequest, type SipResponse } from "../message/mod.ts";
import { SerialQueue } from "../tools/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import { ALLOW, type CallEnd, type CallRequest } from "./call.ts";
import { DTMF_RELAY, receiveInfo } from "./info.ts";
import { ACCEPT } from "./offer_answer.ts";
import { Reinvites, selfHeaders, type SessionOptions } from "./reinvite.ts";

/** Requests that begin something of their own say where it is reached; others must not, or need not. */
const WITH_CONTACT: readonly string[] = ["NOTIFY", "REFER", "SUBSCRIBE"];

/** Who hears of a session. */
export interface SessionUser {
  /** Told each digit that comes by INFO. */
  onDigit(digit: string): void;
  /** Told once, when its dialog, its socket and its timers are gone. */
  onEnd(end: CallEnd): void;
}

/** An answered call. From the moment that it is made until it is over it takes what comes for its dialog. */
export class Session implements DialogUsage {
  /** The re-INVITEs of both sides. */
  readonly reinvites: Reinvites;
  readonly #options: SessionOptions;
  readonly #user: SessionUser;
  readonly #over = new AbortController();
  readonly #digits = new SerialQueue();
  /** What the call ends with once our BYE is answered. */
  #leaving: CallEnd | undefined;

  constructor(options: SessionOptions, user: SessionUser) {
    this.#options = options;
    this.#user = user;
    this.reinvites = new Reinvites({ ...options, over: this.#over.signal, leave: (end) => void this.bye(end) });
    options.agent.dialogs.set(options.dialog, this);
  }

  get other(): OtherSide {
    return this.#options.dialog.other;
  }

  /** Ends the call by BYE; it is over when that has been answered, or will not be. */
  async bye(end: CallEnd): Promise<void> {
    if (this.#leaving || this.#over.signal.aborted) return;
    this.#leaving = end;
    this.reinvites.stop();
    const unconfirmed = await this.#leave();
    this.end(unconfirmed ? { ...end, unconfirmed } : end);
  }

  /** Ends it without a word: the phone has said BYE, or the call was never taken. */
  end(end: CallEnd): void {
    if (this.#over.signal.aborted) return;
    const { agent, dialog, media } = this.#options;
    this.reinvites.stop();
    agent.dialogs.delete(dialog);
    this.#over.abort(
      new RequestRefused({ status: 481, reason: "Call/Transaction Does Not Exist: the call has ended" }),
    );
    void media.close().then(() => this.#user.onEnd(end));
  }

  /** Sends a request inside of the dialog. One that the phone knows nothing of any more ends the call. */
  async request(method: string, options: CallRequest): Promise<SipResponse> {
    const self = WITH_CONTACT.includes(method) ? selfHeaders(this.#options) : [];
    const headers = [...self, ...(options.headers ?? [])];
    return await this.#request(method, { ...options, headers, signal: this.#over.signal });
  }

  /** Sends digits as packets where the phone knows them, else by INFO. */
  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    checkDigits(digits);
    const until = AbortSignal.any([signal, this.#over.signal]);
    await this.#digits.add(async () => {
      until.throwIfAborted();
      if (this.#options.media.sendsDigits) return await this.#options.media.sendDigits(digits, until);
      for (const digit of digits) {
        const headers = [["Content-Type", DTMF_RELAY] as const];
        const response = await this.#request("INFO", { headers, body: infoOfDigit(digit), signal: until });
        if (!isSuccess(response)) throw new RequestRefused(response);
      }
    });
  }

  receive(transaction: ServerTransaction): void {
    const { agent, dialog } = this.#options;
    if (!dialog.takes(transaction.request)) return reply(agent, { transaction, status: 500 });
    if (refusesAtOnce(agent, transaction)) return;
    switch (transaction.request.method) {
      case "BYE":
        reply(agent, { transaction, status: 200 });
        return this.end(this.#leaving ?? { by: "phone" });
      case "INVITE":
      case "UPDATE":
        // Whoever has sent BYE has no session any more that could be changed; 491 would make the phone try again in
        // vain.
        if (this.#leaving) return reply(agent, { transaction, status: 481 });
        return void this.reinvites.receive(transaction);
      case "INFO":
        return receiveInfo(agent, { transaction, onDigit: this.#user.onDigit });
      case "OPTIONS":
        return reply(agent, { transaction, status: 200, headers: [["Allow", ALLOW], ["Accept", ACCEPT]] });
      case "NOTIFY":
      case "PRACK":
        // Of a subscription, or of a response, that we know nothing of.
        return reply(agent, { transaction, status: 481 });
      default:
        return reply(agent, {
          transaction,
          status: methodRefusal(transaction.request.method),
          headers: [["Allow", ALLOW]],
        });
    }
  }

  receiveAck(ack: SipRequest): void {
    this.reinvites.receiveAck(ack);
  }

  /** Sends a BYE, in the dialog that is over for us or about to be. */
  async sendBye(signal?: AbortSignal): Promise<SipResponse> {
    const { response } = await exchangeInside(this.#options, { method: "BYE", ...signal && { signal } });
    return response;
  }

  /** @returns Why the phone has not ended the call, if it has not. */
  async #leave(): Promise<Refusal | undefined> {
    const unconfirmed = await unconfirmedBy(() => this.sendBye(this.#over.signal));
    // The phone has said BYE itself.
    if (!unconfirmed || this.#over.signal.aborted) return undefined;
    this.#options.agent.log(`A phone has not confirmed a BYE: SIP ${unconfirmed.status} ${unconfirmed.reason}`);
    return unconfirmed;
  }

  async #request(method: string, options: CallRequest & { signal: AbortSignal }): Promise<SipResponse> {
    try {
      const { response } = await exchangeInside(this.#options, { method, ...options });
      if (endsDialog(response)) this.#lose(response);
      return response;
    } catch (error) {
      if (error instanceof RequestRefused && endsDialog(error)) this.#lose(error);
      throw error;
    }
  }

  #lose({ status, reason }: { status: number; reason: string }): void {
    void this.bye({ by: "network", status, reason });
  }
}
