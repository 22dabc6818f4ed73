/**
 * The part of `jsr:@std/testing/time` that our tests use, for places where JSR cannot be reached: time that a test moves by hand.
 *
 * Names, parameters and documented behaviour are those of the original, version 1.0.20; deleting `links` in the root's `deno.json` puts the
 * original in its place, so nothing here may grow a feature that the original lacks. The clock, its Date and its heap of timers are those of
 * `@sinonjs/fake-timers`. It is moved one timer at a time, because its own `tick` goes on behind a timer that throws where the original stops.
 *
 * @module
 */
import { type Clock, createClock } from "@sinonjs/fake-timers";

/** Says that time was faked twice, or restored without being faked. */
export class TimeError extends Error {
  /**
   * Makes the error.
   *
   * @param message What was wrong.
   */
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

/** Options of {@linkcode FakeTime}. */
export interface FakeTimeOptions {
  /**
   * How many fake milliseconds pass in a real one; with 0, time moves by hand only.
   *
   * @default {0}
   */
  advanceRate: number;
  /**
   * After how many real milliseconds time is moved, if `advanceRate` is not 0.
   *
   * @default {10}
   */
  advanceFrequency?: number;
}

/** Options of {@linkcode FakeTime.delay}. */
export interface DelayOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
}

const { Date: RealDate, setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
const REAL_GLOBALS = { Date: RealDate, setTimeout, clearTimeout, setInterval, clearInterval };
const REAL_SIGNAL = { timeout: AbortSignal.timeout };

/** Puts one set of time functions in the place of another. */
function putInPlace(globals: object, signal: object): void {
  Object.assign(globalThis, globals);
  Object.assign(AbortSignal, signal);
}

/** What stands in for the time functions while the clock rules. */
function fakesOf(clock: Clock): { globals: object; signal: { timeout(ms: number): AbortSignal } } {
  const callback = (run: unknown, name: string) => {
    if (typeof run !== "function") throw new TimeError(`Cannot ${name}: the callback must be a function, not ${run}`);
    return (...args: unknown[]) => {
      // Else the clock would put a timer of 0 ms that is set in here a millisecond later, out of the reach of this tick.
      clock.duringTick = false;
      Reflect.apply(run, undefined, args);
    };
  };
  const setTimeout = (run: unknown, ms = 0, ...args: unknown[]) =>
    clock.setTimeout(callback(run, "setTimeout"), Math.floor(ms), ...args);
  const setInterval = (run: unknown, ms = 0, ...args: unknown[]) =>
    clock.setInterval(callback(run, "setInterval"), Math.max(1, Math.floor(ms)), ...args);
  const timeout = (ms: number) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("Signal timed out.", "TimeoutError")), ms);
    return controller.signal;
  };
  const { Date, clearTimeout, clearInterval } = clock;
  return { globals: { Date, setTimeout, clearTimeout, setInterval, clearInterval }, signal: { timeout } };
}

/**
 * Time that a test moves by hand: replaces `Date`, the timers and `AbortSignal.timeout` until it is restored.
 *
 * `performance.now()` stays real. A timer of 2^31 ms or more is due at once, as a real one is.
 *
 * @example A minute in no time
 * ```ts
 * import { FakeTime } from "@std/testing/time";
 * import { equal } from "node:assert/strict";
 *
 * using time = new FakeTime();
 * let rung = 0;
 * setInterval(() => rung++, 1_000);
 * time.tick(60_000);
 * equal(rung, 60);
 * ```
 */
export class FakeTime {
  static #current: FakeTime | undefined;
  readonly #clock: Clock;
  readonly #fakes: ReturnType<typeof fakesOf>;
  readonly #start: number;
  readonly #advancing: ReturnType<typeof setInterval> | undefined;

  /**
   * Stops real time.
   *
   * @param start When to begin; now, if left out.
   * @param options Whether time moves by itself.
   * @throws {TimeError} If time is already faked.
   * @throws {TypeError} If `start` is not a date.
   */
  constructor(start?: number | string | Date | null, options?: FakeTimeOptions) {
    if (FakeTime.#current) throw new TimeError("Cannot fake time: it is faked already; restore it first");
    this.#start = Math.floor(new RealDate(start ?? RealDate.now()).valueOf());
    if (Number.isNaN(this.#start)) throw new TypeError(`Cannot fake time: ${start} is not a date`);
    this.#clock = createClock(this.#start);
    this.#fakes = fakesOf(this.#clock);
    putInPlace(this.#fakes.globals, this.#fakes.signal);
    FakeTime.#current = this;

    const { advanceRate = 0, advanceFrequency = 10 } = options ?? {};
    if (advanceRate > 0) {
      this.#advancing = setInterval(() => this.tick(advanceRate * advanceFrequency), advanceFrequency);
    }
  }

  /**
   * Restores real time, whoever faked it.
   *
   * @throws {TimeError} If time is not faked.
   */
  static restore(): void {
    if (!FakeTime.#current) throw new TimeError("Cannot restore time: it is not faked");
    FakeTime.#current.restore();
  }

  /**
   * Calls a function in real time; fake time stands still until what it returns has settled.
   *
   * @param callback What to call.
   * @param args What to call it with.
   * @returns What the function gives. Rejects with a {@linkcode TimeError} if time is not faked.
   */
  static async restoreFor<T>(callback: (...args: never[]) => Promise<T> | T, ...args: unknown[]): Promise<T> {
    const time = FakeTime.#current;
    if (!time) throw new TimeError("Cannot restore time for a while: it is not faked");
    putInPlace(REAL_GLOBALS, REAL_SIGNAL);
    try {
      const result: Promise<T> | T = Reflect.apply(callback, undefined, args);
      // No await for what is there already: fake time must be back before the caller's next line.
      return result instanceof Promise ? await result : result;
    } finally {
      if (FakeTime.#current === time) putInPlace(time.#fakes.globals, time.#fakes.signal);
    }
  }

  /** The fake time, in milliseconds since 1970. */
  get now(): number {
    return this.#clock.now;
  }

  /**
   * Moves time forward and runs what is due up to and including then. Time stops at a timer that throws.
   *
   * @throws {RangeError} If time would go backwards.
   */
  set now(value: number) {
    if (value < this.now) throw new RangeError(`Cannot set time back: it is ${this.now}, ${value} is earlier`);
    for (let due = this.#nextDue(); due !== undefined && due <= value; due = this.#nextDue()) this.#clock.next();
    this.#clock.now = value;
  }

  /** When fake time began, in milliseconds since 1970. */
  get start(): number {
    return this.#start;
  }

  /**
   * Waits in real time.
   *
   * @param ms Real milliseconds.
   * @param options When to give up.
   * @returns Resolves after the time. Rejects with an `AbortError` if the signal aborts first.
   */
  delay(ms: number, options: DelayOptions = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException("Delay was aborted.", "AbortError"));
    };
    const timer = setTimeout(() => {
      options.signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.signal?.aborted) abort();
    return promise;
  }

  /** Lets all pending microtasks run. */
  runMicrotasks(): Promise<void> {
    return this.delay(0);
  }

  /**
   * Moves time forward by a number of milliseconds and runs what is due.
   *
   * @param ms Fake milliseconds.
   */
  tick(ms = 0): void {
    this.now += ms;
  }

  /**
   * Lets all pending microtasks run, then moves time as {@linkcode FakeTime.tick} does.
   *
   * @param ms Fake milliseconds.
   */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /**
   * Moves time to the next timer and runs what is due then.
   *
   * @returns Whether there was a timer.
   */
  next(): boolean {
    const due = this.#nextDue();
    if (due === undefined) return false;
    this.now = due;
    return true;
  }

  /**
   * Lets all pending microtasks run, then moves time as {@linkcode FakeTime.next} does.
   *
   * @returns Whether there was a timer.
   */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Moves time from timer to timer until none is left; an interval that is never cleared goes on forever. */
  runAll(): void {
    while (this.next());
  }

  /** Moves time as {@linkcode FakeTime.runAll} does, and lets all pending microtasks run before each timer. */
  async runAllAsync(): Promise<void> {
    while (this.#nextDue() !== undefined) await this.nextAsync();
  }

  /**
   * Restores real time.
   *
   * @throws {TimeError} If it is restored already.
   */
  restore(): void {
    if (FakeTime.#current !== this) throw new TimeError("Cannot restore time: it is restored already");
    FakeTime.#current = undefined;
    putInPlace(REAL_GLOBALS, REAL_SIGNAL);
    clearInterval(this.#advancing);
  }

  /** Restores real time at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.restore();
  }

  /** When the next timer is due; undefined without one. */
  #nextDue(): number | undefined {
    return this.#clock.timerHeap?.peek()?.callAt;
  }
}
