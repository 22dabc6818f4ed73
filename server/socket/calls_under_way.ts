/**
 * Calls of applications that wait for an answer, over whichever socket they came: what a lost socket has begun goes on.
 *
 * @module
 */
import { SlotMap } from "../core/mod.ts";

/** Waited for by whoever resumes an application: until they have ended nobody can say which handles it has. */
export class CallsUnderWay {
  readonly #calls = new Map<string, SlotMap<Promise<unknown>>>();
  #begun = 0;

  /** Remembers a call of an application until it has ended. */
  add(application: string, call: Promise<unknown>): void {
    const calls = this.#calls.get(application) ?? new SlotMap();
    this.#calls.set(application, calls);
    const number = ++this.#begun;
    const ended = call.catch(() => {}).then(() => {
      calls.delete(number);
      if (calls.size === 0) this.#calls.delete(application);
    });
    calls.set(number, ended);
  }

  /** Resolves when the calls of an application that are under way now have ended, however. */
  async ended(application: string): Promise<void> {
    await Promise.all(this.#calls.get(application)?.values() ?? []);
  }
}
