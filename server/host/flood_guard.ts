/**
 * How much a plugin may report. What a loop in a driver sends without end must cost its own phones only: not the disk
 * of the history, and not the attention of every application.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import { TokenBucket } from "../tools/mod.ts";
import { type PluginReport, WireFault } from "./messages.ts";

/**
 * Reports that cost the history a row or every application an event. A phone is paid for, both its adding and its
 * removal, when it is removed: as many as a plugin may have may come at once, each when the one before is on disk.
 */
const ROWS = { burst: 2_048, perSecond: 50 };

/** Buttons of a phone whose capabilities cost as much to take as a row: a message can be as long as a phone has buttons. */
const BUTTONS_OF_A_ROW = 64;

/** Meanings of buttons: one for each `setButtonInfo` at most, and those are rows by themselves. */
const MEANINGS = { burst: 20_000, perSecond: 10_000 };

/**
 * Handles that events may reach: every phone of a large office can ring at once, and a loop costs its own phones only.
 */
const EVENTS = { burst: 20_000, perSecond: 10_000 };

/** Events past that, which are dropped: what a slip comes to; more is a flood. */
const DROPS = { burst: 50_000, perSecond: 100 };

/** How many phones one process may offer, those that it removed again counted. */
const MOST_OFFERED = 16_384;

/** Watches over the reports of one process. */
export class FloodGuard {
  readonly #rows = new TokenBucket(ROWS);
  readonly #meanings = new TokenBucket(MEANINGS);
  readonly #events = new TokenBucket(EVENTS);
  readonly #drops = new TokenBucket(DROPS);
  readonly #isExpected: (requestId: number) => boolean;
  #dropped = 0;
  #offered = 0;

  /**
   * @param isExpected Whether that request was asked of the plugin: what else it completes is late or a lie, and costs
   * a row.
   */
  constructor(isExpected: (requestId: number) => boolean) {
    this.#isExpected = isExpected;
  }

  /** How many events were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Pays for a report that costs rows, or the attention of the server.
   *
   * @throws {WireFault} If there were too many.
   */
  pay(report: PluginReport): void {
    const { bucket, price, perSecond } = report.type === "buttonMeant"
      ? { bucket: this.#meanings, price: 1, perSecond: MEANINGS.perSecond }
      : { bucket: this.#rows, price: this.#priceOf(report), perSecond: ROWS.perSecond };
    if (price === 0 || bucket.take(price)) return;
    throw new WireFault(
      `it sent too many messages of the kind ${report.type}: at most ${perSecond} a second over time`,
    );
  }

  /**
   * Lets an event reach its handles, or drops it.
   *
   * @param event Tells it; gives how many handles it reached, which is known only then.
   * @param fault Takes the words for the first that is dropped.
   * @throws {WireFault} If it goes on and on.
   */
  tell(event: () => number, fault: (words: string) => void): void {
    if (this.#events.hasToken) {
      this.#events.take(Math.max(1, event()));
      return;
    }
    if (this.#dropped++ === 0) {
      fault(
        `It sent too many events: those that would reach more than ${EVENTS.perSecond} handles a second over time are dropped`,
      );
    }
    if (!this.#drops.take()) {
      throw new WireFault(`it went on sending too many events: ${this.#dropped} were dropped`);
    }
  }

  /** Counts a phone that is offered. @throws {PhoneError} `NOMEM` if it is one too many. */
  offer(): void {
    if (++this.#offered <= MOST_OFFERED) return;
    throw new PhoneError(
      "NOMEM",
      `A plugin can offer at most ${MOST_OFFERED} phones, with those that it removed, until it is started anew`,
    );
  }

  /** How many rows a report costs. */
  #priceOf(report: PluginReport): number {
    switch (report.type) {
      case "connected":
      case "suspended":
        return 1;
      case "removePhone":
        return 2;
      case "capabilities":
        return 1 + Math.floor(report.capabilities.buttons.length / BUTTONS_OF_A_ROW);
      case "state":
        return report.states.includes("reinit") ? 1 : 0;
      case "done":
        return this.#isExpected(report.requestId) ? 0 : 1;
      default:
        return 0;
    }
  }
}
