/**
 * A line whose phones are played by the test.
 *
 * @module
 */
import { systemClock } from "../../../../../plugins/sip/lib/tools/mod.ts";
import { Line } from "../../../../../plugins/sip/phone/line.ts";
import { FakeCall } from "./fake_call.ts";

/** A line, and what was done with it. */
export class LineBench {
  /** Every call of ours, in order. */
  readonly calls: FakeCall[] = [];
  /** What each INVITE said besides, in order. */
  readonly headers: string[] = [];
  /** What the line has told. */
  readonly told: string[] = [];
  readonly line: Line;

  /** @param contacts Names of the contacts that ring. */
  constructor(contacts: readonly string[] = ["desk"]) {
    this.line = new Line({
      clock: systemClock,
      offHookMs: 60_000,
      ringHeaders: [[], [["Alert-Info", "second"]]],
      liftHeaders: [["Answer-Mode", "Auto"]],
      invite: (headers) => {
        this.headers.push(headers.map(([, value]) => value).join());
        return contacts.map((contact) => ({ contact, call: this.#call() }));
      },
      events: {
        ringMode: (mode) => this.told.push(`ring ${mode}`),
        hook: (mode) => this.told.push(mode),
        digit: (digit) => this.told.push(`digit ${digit}`),
      },
    });
  }

  /** The newest call of ours; waits until there is that one. */
  async call(count: number): Promise<FakeCall> {
    for (let turns = 0; turns < 100; turns++) {
      const call = this.calls[count - 1];
      if (call) return call;
      await Promise.resolve();
    }
    throw new Error(`There are ${this.calls.length} calls, not ${count}`);
  }

  #call(): FakeCall {
    const call = new FakeCall();
    this.calls.push(call);
    return call;
  }
}

/** A signal that nobody aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** How a promise stands after everything that can happen now has happened. */
export async function standing(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(() => state = "fulfilled", (error) => state = `rejected: ${error.message}`);
  for (let turns = 0; turns < 100; turns++) await Promise.resolve();
  return state;
}
