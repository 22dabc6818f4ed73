/**
 * A clock that goes on only when a test says so.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../../../plugins/sip/lib/tools/mod.ts";

interface Alarm {
  at: number;
  call: () => void;
}

/** A clock for tests. What is due is called in the order of time, and what that sets in turn, too. */
export class HandClock implements Clock {
  #now = 0;
  readonly #alarms = new Set<Alarm>();

  /** How many alarms are set. */
  get alarms(): number {
    return this.#alarms.size;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const alarm = { at: this.#now + ms, call };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Goes on so many milliseconds; what can settle, settles between one alarm and the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await flush();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
      await flush();
    }
    this.#now = end;
  }

  #next(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) if (alarm.at <= until && !(first && first.at <= alarm.at)) first = alarm;
    return first;
  }
}

/**
 * Lets everything go on that waits for nothing but the machine itself: promises, and sockets that are bound or closed.
 */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
