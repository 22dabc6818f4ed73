import { PhoneError } from "./contract/errors.ts";
import type { EventBody } from "./contract/events.ts";
import type { EventStream, HeldEvent, StreamEnd } from "./core.ts";
import { SlotMap } from "./slot_map.ts";

interface Held extends HeldEvent {
  readonly handle: string | null;
  /** The request whose reply this is. */
  readonly requestId: number | undefined;
}

/**
 * The events of one application, from its beginning on: held up to a number of bytes, oldest dropped first, and read by
 * one stream at a time (api.md, section 4).
 */
export class EventQueue {
  #held = new SlotMap<Held>();
  readonly #limit: number;
  #bytes = 0;
  #last = 0;
  /** Everything up to here was dropped to keep the limit; what a close withdrew is not counted. */
  #dropped = 0;
  /** Nothing up to here is held any more. */
  #swept = 0;
  #delivered = 0;
  #stream: Reader | undefined;

  /** @param limit Bytes of JSON text to hold. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a stream is being read. */
  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  /** Appends an event. */
  push(body: EventBody, at: string): void {
    const seq = ++this.#last;
    const { type, ...rest } = body;
    const json = JSON.stringify({ seq, type, at, ...rest });
    this.#held.set(seq, {
      seq,
      type,
      json,
      handle: "handle" in body ? body.handle : null,
      requestId: body.type === "PHONE_REPLY" ? body.requestId : undefined,
    });
    this.#bytes += json.length;
    // By number and not by the map's order: a map that is emptied from its front is slow to find its first entry.
    while (this.#bytes > this.#limit) {
      const event = this.#held.get(++this.#swept);
      if (event === undefined) continue;
      this.#held.delete(this.#swept);
      this.#bytes -= event.json.length;
      this.#dropped = this.#swept;
    }
    this.#stream?.wake();
  }

  /**
   * Drops every event of a handle that its application closed (Q2); every event of all, if the application itself has
   * ended.
   *
   * @returns The requests whose replies had not been delivered.
   */
  withdraw(handle?: string): number[] {
    const withdrawn: number[] = [];
    for (const event of this.#held.values()) {
      const { seq } = event;
      if (handle !== undefined && event.handle !== handle) continue;
      this.#held.delete(seq);
      this.#bytes -= event.json.length;
      if (event.requestId !== undefined && seq > this.#delivered) withdrawn.push(event.requestId);
    }
    return withdrawn;
  }

  /**
   * Begins to read; the stream before it ends.
   *
   * @throws {PhoneError} `INVALPARAM` if the last event is newer than the newest.
   * @param options.lastEvent The last event that the reader has; undefined for the oldest held.
   * @param options.now The time for a `GAP`.
   * @param options.ended Called when this stream ends, however.
   */
  stream(options: { lastEvent: number | undefined; now: () => string; ended: () => void }): EventStream {
    const { lastEvent } = options;
    if (lastEvent !== undefined && lastEvent > this.#last) {
      throw new PhoneError(
        "INVALPARAM",
        `The last event ${lastEvent} is newer than the newest, ${this.#last}: is it another application's?`,
      );
    }
    this.#stream?.end("replaced");
    let position = lastEvent ?? this.#dropped;
    const resuming = lastEvent !== undefined;
    let first = true;
    const take = (): HeldEvent | "wait" | "behind" => {
      if (position < this.#dropped) {
        // A reader that resumes is told what it missed; one that is cut off learns it by resuming.
        if (!(first && resuming)) return "behind";
        const json = JSON.stringify({
          seq: this.#dropped,
          type: "GAP",
          at: options.now(),
          from: position + 1,
          to: this.#dropped,
        });
        position = this.#dropped;
        first = false;
        return { seq: position, type: "GAP", json };
      }
      first = false;
      while (position < this.#last) {
        const event = this.#held.get(++position);
        if (event === undefined) continue;
        this.#delivered = Math.max(this.#delivered, position);
        return event;
      }
      return "wait";
    };
    const reader = new Reader(take, () => {
      if (this.#stream === reader) this.#stream = undefined;
      options.ended();
    });
    this.#stream = reader;
    return reader;
  }

  /** Ends the stream once it has been read to the end; nothing is pushed any more. */
  finish(): void {
    this.#stream?.finish();
  }

  /** Ends the stream at once and forgets what is held: the application is gone. */
  end(): void {
    this.#held = new SlotMap();
    this.#stream?.end("gone");
  }
}

class Reader implements EventStream {
  readonly #take: () => HeldEvent | "wait" | "behind";
  readonly #ended: () => void;
  #waiting: (() => void) | undefined;
  #finishing = false;
  #end: StreamEnd | undefined;

  constructor(take: () => HeldEvent | "wait" | "behind", ended: () => void) {
    this.#take = take;
    this.#ended = ended;
  }

  get ended(): StreamEnd | undefined {
    return this.#end;
  }

  async next(): Promise<HeldEvent | undefined> {
    while (this.#end === undefined) {
      const taken = this.#take();
      if (typeof taken === "object") return taken;
      if (taken === "behind") this.end("behind");
      else if (this.#finishing) this.end("gone");
      else await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    return undefined;
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  finish(): void {
    this.#finishing = true;
    this.wake();
  }

  end(why: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = why;
    this.wake();
    this.#ended();
  }

  cancel(): void {
    this.end("cancelled");
  }
}
