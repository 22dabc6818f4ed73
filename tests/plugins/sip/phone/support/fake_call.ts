/**
 * A call whose phone is played by the test: what arrives when is for the test to say, and nothing goes over a wire.
 *
 * @module
 */
import { type Call, type CallEnd, CallRefused, type CallState } from "../../../../../plugins/sip/sip/mod.ts";

/** See the module. */
export class FakeCall implements Call {
  readonly direction: "out" | "in";
  readonly id = crypto.randomUUID();
  state: CallState = "calling";
  onDigit: ((digit: string) => void) | undefined;
  /** What has been asked of it. */
  readonly asked: string[] = [];
  readonly #ringing = watched<void>();
  readonly #answered = watched<void>();
  readonly #ended = Promise.withResolvers<CallEnd>();

  /** @param direction Who began it. */
  constructor(direction: "out" | "in" = "out") {
    this.direction = direction;
  }

  get ringing(): Promise<void> {
    return this.#ringing.promise;
  }

  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  get ended(): Promise<CallEnd> {
    return this.#ended.promise;
  }

  /** The phone says 180. */
  rings(): void {
    this.state = "ringing";
    this.#ringing.resolve();
  }

  /** The phone says 200. */
  answers(): void {
    this.state = "answered";
    this.#ringing.resolve();
    this.#answered.resolve();
  }

  /** The phone says no. */
  refuses(status: number, reason: string): void {
    this.ends({ by: "phone", status, reason });
  }

  /** It is over. */
  ends(end: CallEnd): void {
    this.state = "ended";
    const refusal = new CallRefused({ status: end.status ?? 487, reason: end.reason ?? "Request Terminated" });
    this.#ringing.reject(refusal);
    this.#answered.reject(refusal);
    this.#ended.resolve(end);
  }

  hangUp(): Promise<CallEnd> {
    if (this.state !== "ended") this.asked.push("hangUp");
    return this.ended;
  }

  sendDigits(digits: string): Promise<void> {
    this.asked.push(`digits ${digits}`);
    return Promise.resolve();
  }

  hold(on: boolean): Promise<void> {
    this.asked.push(`hold ${on}`);
    return Promise.resolve();
  }

  request(method: string): Promise<never> {
    return Promise.reject(new TypeError(`Nobody has said what ${method} is answered`));
  }
}

function watched<Value>(): PromiseWithResolvers<Value> {
  const settling = Promise.withResolvers<Value>();
  settling.promise.catch(() => {});
  return settling;
}
