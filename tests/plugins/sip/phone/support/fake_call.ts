/**
 * A call whose phone is played by the test: what arrives when is for the test to say, and nothing goes over a wire. A
 * test says only what the phone does; what the call makes of that is what the real one makes of it
 * (`call_contract_test.ts`).
 *
 * @module
 */
import type { Call, CallEnd, CallState } from "../../../../../plugins/sip/lib/call/mod.ts";
import { type Refusal, RequestRefused } from "../../../../../plugins/sip/lib/dialog/mod.ts";

/** What stands for an answer that cannot come any more. */
export const BROKEN = {
  status: 503,
  reason: "Cannot get an answer: the connection to udp 127.0.0.1:5070 is gone",
};

/** See the module. */
export class FakeCall implements Call {
  readonly id = crypto.randomUUID();
  state: CallState = "calling";
  onDigit: ((digit: string) => void) | undefined;
  /** What has been asked of it. */
  readonly asked: string[] = [];
  /** Whether the phone has come back, and says 200 or 481 to what it is asked again. */
  again = false;
  readonly #ringing = watched<void>();
  readonly #answered = watched<void>();
  readonly #ended = Promise.withResolvers<CallEnd>();
  /** Whether we have hung up. */
  #isLeaving = false;
  /** Whether the phone has said 200: it is asked to end by BYE then, else by CANCEL. */
  #isUp = false;

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

  /** The phone says 200. One that crosses our CANCEL is ended by BYE, and was never an answer. */
  answers(): void {
    this.#isUp = true;
    if (this.#isLeaving) return;
    this.state = "answered";
    this.#ringing.resolve();
    this.#answered.resolve();
  }

  /** The phone says no. */
  refuses(status: number, reason: string): void {
    this.#end({ by: this.#isLeaving ? "us" : "phone", status, reason });
  }

  /** The phone says BYE. */
  hangsUp(): void {
    this.#end({ by: "phone" });
  }

  /** The phone does as our CANCEL or BYE says. */
  confirms(): void {
    if (!this.#isLeaving) throw new Error("There is nothing to confirm: nobody has hung up");
    this.#end(this.#isUp ? { by: "us" } : { by: "us", status: 487, reason: "Request Terminated" });
  }

  /** The phone answers our BYE with an error. */
  refusesBye(status: number, reason: string): void {
    this.#end(status === 481 ? { by: "us" } : { by: "us", unconfirmed: { status, reason } });
  }

  /** The phone says nothing until nobody waits any more. */
  vanishes(): void {
    const silence = { status: 408, reason: "Request Timeout" };
    this.#end(this.#isLeaving ? { by: "us", unconfirmed: silence } : { by: "network", ...silence });
  }

  /**
   * The connection to the phone breaks. That is how the call ends, whatever is asked before it is told.
   *
   * @returns Tells it.
   */
  breaks(): () => void {
    const end: CallEnd = this.#isLeaving ? { by: "us", unconfirmed: BROKEN } : { by: "network", ...BROKEN };
    return () => this.#end(end);
  }

  async endAgain(): Promise<Refusal | undefined> {
    const { by, unconfirmed, status = 408, reason = "" } = await this.ended;
    if (by !== "network" && !unconfirmed) return undefined;
    this.asked.push("endAgain");
    return this.again ? undefined : unconfirmed ?? { status, reason };
  }

  hangUp(): Promise<CallEnd> {
    if (this.state !== "ended") this.asked.push("hangUp");
    this.#isLeaving = true;
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

  #end(end: CallEnd): void {
    this.state = "ended";
    const refusal = new RequestRefused({ status: end.status ?? 487, reason: end.reason ?? "Request Terminated" });
    this.#ringing.reject(refusal);
    this.#answered.reject(refusal);
    this.#ended.resolve(end);
  }
}

function watched<Value>(): PromiseWithResolvers<Value> {
  const settling = Promise.withResolvers<Value>();
  settling.promise.catch(() => {});
  return settling;
}
