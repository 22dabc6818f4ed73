/**
 * How far a call is, and who hears of it.
 *
 * @module
 */
import { CallRefused } from "../dialog/mod.ts";
import type { CallEnd, CallState } from "./call.ts";

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
  end(end: CallEnd, headers?: CallRefused["headers"]): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    const { status = 487, reason = "Request Terminated" } = end;
    const refusal = new CallRefused({ status, reason, ...(headers ? { headers } : {}) });
    this.#ringing.reject(refusal);
    this.#answered.reject(refusal);
    this.#ended.resolve(end);
  }
}
