/**
 * What was asked for of the next operations: that they take their time, or fail.
 *
 * @module
 */
import { type DriverContext, pause, type PhoneError } from "switchroom/plugin";

/** How the next operations go. */
export interface Next {
  /** How many of them, 1…1000. */
  count: number;
  /** How long each takes, milliseconds, 0…60000. */
  delayMs: number;
  /** How each fails; it succeeds without. */
  error?: PhoneError;
}

/** Holds what was asked for until that many operations have passed. */
export class NextOperations {
  #next: Next = { count: 0, delayMs: 0 };

  /** Asks for something; it replaces what was asked for before. */
  set(next: Next): void {
    this.#next = { ...next };
  }

  /**
   * Lets one operation pass.
   *
   * @throws {PhoneError} If it is to fail, or is given up while it takes its time.
   */
  async pass({ signal }: DriverContext): Promise<void> {
    if (this.#next.count === 0) return;
    this.#next.count--;
    const { delayMs, error } = this.#next;
    if (delayMs > 0) {
      await pause(delayMs, signal);
      signal.throwIfAborted();
    }
    if (error) throw error;
  }
}
