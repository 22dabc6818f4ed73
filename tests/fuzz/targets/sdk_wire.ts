/**
 * What the host sends to a plugin's process: messages as the host makes them, with values at their limits and in any order, and bytes that are no frames. The
 * plugin is the virtual one.
 *
 * The SDK trusts the host, so what is held is its own word: every operation is completed once, every call is answered once, and it says nothing that the host
 * would not take.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import virtual from "../../../plugins/virtual/main.ts";
import * as names from "../../../server/core/contract/names.ts";
import { fromPlugin, getterResults } from "../../../server/host/messages.ts";
import { FrameError, FrameReader, type FromPlugin, type ToPlugin, WIRE_VERSION } from "../../../server/wire/mod.ts";
import { Connection } from "../../../server/plugin/connection.ts";
import corpus from "../corpus/sdk_wire.json" with { type: "json" };
import { bytesOf } from "../inputs/bytes.ts";
import { nearly } from "../inputs/texts.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { type Spoken, spoken } from "./spoken.ts";

/** What the host says after the beginning, in its order; calls and requests are numbered as they come. */
export interface FuzzTalk {
  readonly messages: readonly Spoken[];
  /** Bytes for the reader of frames. */
  readonly bytes: string;
}

const EVERYTHING = {
  states: [...names.PHONE_STATES],
  buttonModes: [...names.BUTTON_MODES],
  buttonStates: [...names.BUTTON_STATES],
};

/** See the module. */
export const sdkWire: Target<FuzzTalk> = {
  name: "sdk_wire",
  share: 6,
  noise: HEAP_NOISE,
  corpus: corpus as unknown as FuzzTalk[],
  inputs: fc.record({
    messages: fc.array(spoken, { maxLength: 12 }),
    bytes: nearly(['\u0000\u0000\u0000\u0002[]\u0000\u0000\u0000\u000d[{"a":"x"},1]', "\u0000\u0010\u0000\u0001[", ""]),
  }),
  open: () => Promise.resolve(new SdkSubject()),
};

class SdkSubject implements Subject<FuzzTalk> {
  async attempt({ messages, bytes }: FuzzTalk): Promise<void> {
    checkFrames(bytesOf(bytes));
    const talk = await Talk.begin();
    talk.say({ type: "open", phone: "desk-1", wanted: EVERYTHING });
    await talk.quiet();
    for (const message of messages) {
      talk.say(message);
      await undefined;
    }
    await talk.end();
  }

  async goOn(): Promise<void> {
    const talk = await Talk.begin();
    talk.say({ type: "open", phone: "desk-1", wanted: EVERYTHING });
    await talk.quiet();
    talk.say({
      type: "operate",
      phone: "desk-1",
      operation: "setLamp",
      params: { lamp: 20, mode: "steady" },
      remainingMs: 1_000,
    });
    await talk.end();
    deepEqual([...talk.results.values()], [0]);
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A connection of the virtual plugin with the host's part played here. */
class Talk {
  /** What each operation ended with. */
  readonly results = new Map<number, number>();
  readonly #getters = new Map<number, keyof typeof getterResults>();
  readonly #open = new Set<string>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #connection = new Connection(virtual, {
    send: (message) => this.#hear(fromPlugin.parse(JSON.parse(JSON.stringify(message)))),
    stopped: () => this.#stopped.resolve(),
  });
  #numbers = 0;
  #onEnd = () => {};

  static async begin(): Promise<Talk> {
    const talk = new Talk();
    talk.#connection.receive({ type: "hello", wire: WIRE_VERSION, name: "virtual", config: {}, beatMs: 1_000 });
    await talk.#ready.promise;
    return talk;
  }

  say(message: Spoken): void {
    const number = ++this.#numbers;
    if (message.type === "operate") this.#open.add(`request ${number}`);
    else if (message.phone !== undefined) this.#open.add(`call ${number}`);
    if (message.type === "get") this.#getters.set(number, message["getter"] as keyof typeof getterResults);
    const numbered = message.type === "operate"
      ? { requestId: number }
      : message.phone === undefined
      ? {}
      : { call: number };
    this.#connection.receive(JSON.parse(JSON.stringify({ ...message, ...numbered })) as ToPlugin);
  }

  /** Waits until everything has been answered. */
  async quiet(): Promise<void> {
    while (this.#open.size > 0) await new Promise<void>((resolve) => this.#onEnd = resolve);
  }

  /** Closes what is open, and waits until everything has been answered. */
  async end(): Promise<void> {
    for (const phone of ["desk-1", "mini-1"]) this.say({ type: "close", phone });
    await this.quiet();
    this.#connection.receive({ type: "stop" });
    await this.#stopped.promise;
    deepEqual([...this.#open], []);
  }

  #hear(message: FromPlugin): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "startFailed":
      case "fault":
        throw new Error(message.message);
      case "addPhone":
      case "removePhone": {
        const { call } = message;
        return queueMicrotask(() => this.#connection.receive({ type: "answer", call }));
      }
      case "done":
        this.results.set(message.requestId, message.result);
        return this.#over(`request ${message.requestId}`);
      case "refuse":
        return this.#over(`call ${message.call}`);
      case "answer": {
        const getter = this.#getters.get(message.call);
        if (getter !== undefined) {
          const { success, error } = getterResults[getter].safeParse(message.value);
          ok(success, `${getter}: ${error}`);
        }
        return this.#over(`call ${message.call}`);
      }
    }
  }

  #over(what: string): void {
    ok(this.#open.delete(what), `${what} ended twice, or was never asked`);
    if (this.#open.size === 0) this.#onEnd();
  }
}

/** Fails unless bytes are read as the same messages in whatever pieces they come, or are refused as no frames. */
function checkFrames(bytes: Uint8Array): void {
  const read = (piece: number) => {
    const reader = new FrameReader();
    const messages: unknown[] = [];
    try {
      for (let at = 0; at < bytes.length; at += piece) {
        for (const frame of reader.push(bytes.subarray(at, at + piece))) messages.push(frame);
      }
    } catch (error) {
      ok(error instanceof FrameError, String(error));
      messages.push(error.message);
    }
    return messages;
  };
  if (bytes.length <= 300) equal(JSON.stringify(read(1)), JSON.stringify(read(65_536)));
  else read(65_536);
}
