/**
 * An operation under way at a driver: its turn, its deadline, and how it is given up.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import type { DriverContext } from "./driver.ts";
import type { Turn } from "./item_turns.ts";

/**
 * See the module. Its signal is made only for a driver that looks at it: most end before anybody could abort them.
 */
export class RunningOperation implements DriverContext {
  readonly requestId: number;
  readonly deadline: number;
  /** Its turn at what it sets. */
  readonly turn: Turn;
  #controller: AbortController | undefined;
  #reason: PhoneError | undefined;

  constructor(requestId: number, { deadline, turn }: { deadline: number; turn: Turn }) {
    this.requestId = requestId;
    this.deadline = deadline;
    this.turn = turn;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /**
   * Waits for its turn.
   *
   * @throws {PhoneError} Why it was aborted before.
   */
  async comesToTurn(): Promise<void> {
    if (!this.#reason) await this.turn.now;
    if (this.#reason) throw this.#reason;
  }

  /** The reason is what a driver that passes its signal on rejects with: it is then the right completion by itself. */
  abort(why: string): void {
    this.#reason ??= new PhoneError("OPERATIONFAILED", why);
    this.#controller?.abort(this.#reason);
    this.turn.wake();
  }
}
