/**
 * Calls over the wire, the same on both sides: each has a number and is answered once, by an `answer` or a `refuse`
 * with it.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import { type CallEnd, clip } from "./messages.ts";

/** The calls of one side that the other has not answered yet. */
export class PendingCalls {
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  /**
   * Makes a call.
   *
   * @param send Sends it, with the number that its answer will have.
   * @returns What it is answered.
   * @throws {PhoneError} What it is refused with.
   * @throws Whatever `send` throws: then it is no call.
   */
  make(send: (call: number) => void): Promise<unknown> {
    const call = ++this.#last;
    const pending = Promise.withResolvers<unknown>();
    send(call);
    this.#pending.set(call, pending);
    return pending.promise;
  }

  /** Takes the end of a call. @returns Whether one of that number was pending. */
  end(end: CallEnd): boolean {
    const pending = this.#pending.get(end.call);
    this.#pending.delete(end.call);
    if (end.type === "answer") pending?.resolve(end.value);
    else pending?.reject(new PhoneError(end.result, end.message));
    return pending !== undefined;
  }

  /** Waits for every call that is pending now. @throws {PhoneError} What one of them is refused with. */
  async all(): Promise<void> {
    await Promise.all([...this.#pending.values()].map(({ promise }) => promise));
  }

  /** Nothing is answered any more: whoever waits is told why. */
  abandon(why: PhoneError): void {
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
  }
}

/**
 * The refusal of a call by what was thrown: a `PhoneError` travels as it is, everything else as `OPERATIONFAILED` with
 * its words.
 */
export function refusalOf(call: number, error: unknown): CallEnd {
  const { value, message } = error instanceof PhoneError ? error : new PhoneError("OPERATIONFAILED", wordsOf(error));
  return { type: "refuse", call, result: value, message: clip(message) };
}
