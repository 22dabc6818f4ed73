/**
 * The call that its holder sees: its progress, and its session while there is one.
 *
 * @module
 */
import { type Refusal, RequestRefused, unconfirmedBy } from "../dialog/mod.ts";
import type { SipResponse } from "../message/mod.ts";
import type { Call, CallEnd, CallRequest, CallState } from "./call.ts";
import type { Session } from "./session.ts";

/** The state of one call. It only goes forward, and it is over once. */
export class CallProgress {
  readonly #ringing = Promise.withResolvers<void>();
  readonly #answered = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<CallEnd>();
  #state: CallState = "calling";

  constructor() {
    // Whoever holds a call may look at `ended` alone: a refusal that nobody looks at must not end the process.
    this.#ringing.promise.catch(() => {});
    this.#answered.promise.catch(() => {});
  }

  /** How far it is. */
  get state(): CallState {
    return this.#state;
  }

  /** Fulfilled when it rings or is answered; rejected when neither will be. */
  get ringing(): Promise<void> {
    return this.#ringing.promise;
  }

  /** Fulfilled when it is answered; rejected when it will not be. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** Fulfilled when it is over. */
  get ended(): Promise<CallEnd> {
    return this.#ended.promise;
  }

  /** The phone rings. */
  ring(): void {
    if (this.#state !== "calling") return;
    this.#state = "ringing";
    this.#ringing.resolve();
  }

  /** The call is answered. */
  answer(): void {
    if (this.#state === "ended") return;
    this.#state = "answered";
    this.#ringing.resolve();
    this.#answered.resolve();
  }

  /** The call is over; a refusal where it was never answered. */
  end(end: CallEnd, headers?: RequestRefused["headers"]): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    const { status = 487, reason = "Request Terminated" } = end;
    const refusal = new RequestRefused({ status, reason, ...(headers ? { headers } : {}) });
    this.#ringing.reject(refusal);
    this.#answered.reject(refusal);
    this.#ended.resolve(end);
  }
}

/** Requests that make, change or end a call are ours to send. */
const OURS: readonly string[] = ["INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE"];

/**
 * One call. What carries it (`placeCall`, `takeCall`) moves its progress, gives it a session, and watches `ending`,
 * which is aborted when the call is to end: all ways to an end go through there.
 */
export class PhoneCall implements Call {
  onDigit: ((digit: string) => void) | undefined;
  readonly id: string;
  /** How far it is; for what carries the call. */
  readonly progress = new CallProgress();
  /** Asks once more for an end that the phone has not confirmed; for what carries the call to say how. */
  askAgain: (() => Promise<SipResponse>) | undefined;
  readonly #ending = new AbortController();
  #endingBy: "us" | "phone" | undefined;
  #endingAgain: Promise<Refusal | undefined> | undefined;
  #session: Session | undefined;

  /** @param id The Call-ID. */
  constructor(id: string) {
    this.id = id;
  }

  get state(): CallState {
    return this.progress.state;
  }

  get ringing(): Promise<void> {
    return this.progress.ringing;
  }

  get answered(): Promise<void> {
    return this.progress.answered;
  }

  get ended(): Promise<CallEnd> {
    return this.progress.ended;
  }

  /** Aborted when the call is to end. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Who wants it to end. */
  get endingBy(): "us" | "phone" | undefined {
    return this.#endingBy;
  }

  /** The call is answered: from now on it ends by BYE. */
  begin(session: Session): void {
    this.#session = session;
    this.progress.answer();
    const leave = () => void session.bye({ by: this.#endingBy ?? "us" });
    if (this.#ending.signal.aborted) leave();
    else this.#ending.signal.addEventListener("abort", leave, { once: true });
  }

  /** Ends it in the name of either side. */
  end(by: "us" | "phone"): void {
    this.#endingBy ??= by;
    this.#ending.abort();
  }

  hangUp(): Promise<CallEnd> {
    this.end("us");
    return this.ended;
  }

  endAgain(): Promise<Refusal | undefined> {
    return this.#endingAgain ??= this.#endAgain().finally(() => this.#endingAgain = undefined);
  }

  async #endAgain(): Promise<Refusal | undefined> {
    const { by, unconfirmed } = await this.ended;
    if (!this.askAgain || (by !== "network" && !unconfirmed)) return undefined;
    return await unconfirmedBy(this.askAgain);
  }

  async request(method: string, options: CallRequest = {}): Promise<SipResponse> {
    if (OURS.includes(method)) {
      throw new TypeError(`Cannot send ${method} as a request of a call: hangUp and hold do what it does`);
    }
    return await this.#inSession().request(method, options);
  }

  async sendDigits(digits: string, signal: AbortSignal): Promise<void> {
    await this.#inSession().sendDigits(digits, signal);
  }

  async hold(on: boolean): Promise<void> {
    await this.#inSession().reinvites.hold(on);
  }

  #inSession(): Session {
    if (this.#session && this.state === "answered") return this.#session;
    throw new RequestRefused({ status: 481, reason: `Call/Transaction Does Not Exist: the call is ${this.state}` });
  }
}
