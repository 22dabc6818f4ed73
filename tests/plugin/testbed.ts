/**
 * A plugin in the test's own process: its connection, with the host's part played by the test.
 *
 * @module
 */
import { definePlugin, type Driver, type NewPhone, type Phone } from "../../server/plugin/mod.ts";
import { Connection } from "../../server/plugin/connection.ts";
import type { Wanted } from "../../server/core/contract/events.ts";
import {
  FrameReader,
  FrameWriter,
  type FromPlugin,
  type OperateMessage,
  type ToPlugin,
  WIRE_VERSION,
} from "../../server/wire/mod.ts";

/** Wants to hear everything that the tests report. */
export const EVERYTHING: Wanted = {
  states: ["lamp", "ringMode", "ringVolume", "display", "other", "handsetHookSwitch", "handsetVolume"],
  buttonModes: ["feature", "keypad"],
  buttonStates: ["up", "down"],
};

/** How long anything may take before the test counts as hung. */
const PATIENCE_MS = 2_000;

/** The host's side of one connection. */
export class Bench {
  /** Everything that the plugin has said, in order. */
  readonly said: FromPlugin[] = [];
  readonly #connection: Connection;
  readonly #waiting = new Set<() => void>();
  #calls = 0;

  constructor(definition: unknown) {
    const reader = new FrameReader();
    const writer = new FrameWriter((frame) => {
      for (const messages of reader.push(frame)) this.said.push(...messages as FromPlugin[]);
      // The host is never inside a call of the plugin.
      queueMicrotask(() => this.#waiting.forEach((look) => look()));
    });
    this.#connection = new Connection(definition, {
      send: (message) => {
        writer.send(message);
        writer.flush();
      },
      stopped: () => {},
    });
  }

  /** Says something to the plugin. */
  say(message: ToPlugin): void {
    this.#connection.receive(structuredClone(message));
  }

  /** Begins: the plugin starts, and everything that it calls for is granted. */
  async start(): Promise<void> {
    this.say({ type: "hello", wire: WIRE_VERSION, name: "test", config: {}, beatMs: 1_000 });
    await this.until("startFailed or ready", (message) => {
      if (message.type === "addPhone") this.say({ type: "answer", call: message.call });
      return message.type === "ready" || message.type === "startFailed";
    });
  }

  /** Calls the plugin; gives its answer or its refusal. */
  async call(message: Call) {
    const call = ++this.#calls;
    this.say({ ...message, call } as ToPlugin);
    const end = await this.until(
      `the end of ${message.type}`,
      (said) => (said.type === "answer" || said.type === "refuse") && said.call === call,
    );
    return end as Extract<FromPlugin, { type: "answer" | "refuse" }>;
  }

  /** Asks for an operation without waiting. */
  operate(requestId: number, operation: DistributivePick<OperateMessage, "operation" | "params">): void {
    this.say({ type: "operate", requestId, phone: "p", remainingMs: 30_000, ...operation } as ToPlugin);
  }

  /** The result of an operation, when it is there. */
  async result(requestId: number): Promise<number> {
    const done = await this.until(
      `the completion of ${requestId}`,
      (said) => said.type === "done" && said.requestId === requestId,
    );
    return (done as Extract<FromPlugin, { type: "done" }>).result;
  }

  /** The first message, of those said and of those to come, that is looked for. */
  async until(what: string, matches: (message: FromPlugin) => boolean): Promise<FromPlugin> {
    let looked = 0;
    const { promise, resolve, reject } = Promise.withResolvers<FromPlugin>();
    const look = () => {
      while (looked < this.said.length) {
        const message = this.said[looked++];
        if (message && matches(message)) return resolve(message);
      }
    };
    const timer = setTimeout(
      () => reject(new Error(`${what} did not come: ${JSON.stringify(this.said)}`)),
      PATIENCE_MS,
    );
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  /** The types of what was said after a number of messages, for looking at an order. */
  typesAfter(count: number): string[] {
    return this.said.slice(count).map(({ type }) => type);
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
type DistributivePick<Union, Key extends keyof Union> = Union extends unknown ? Pick<Union, Key> : never;

/** A call of the host, before it has its number. */
export type Call = DistributiveOmit<Extract<ToPlugin, { phone: string; call: number }>, "call">;

/** A started plugin with one phone `p`, and that phone. */
export async function onePhone(
  driver: Driver,
  offer: Omit<NewPhone, "id" | "name"> = {},
): Promise<{ bench: Bench; phone: Phone }> {
  let phone: Phone | undefined;
  const bench = new Bench(definePlugin((host) => ({
    async start() {
      phone = await host.addPhone({ id: "p", name: "P", ...offer }, driver);
    },
  })));
  await bench.start();
  if (!phone) throw new Error(`the phone was not added: ${JSON.stringify(bench.said)}`);
  return { bench, phone };
}

/** As {@linkcode onePhone}, with the phone open and everything wanted. */
export async function openPhone(driver: Driver, offer: Omit<NewPhone, "id" | "name"> = {}) {
  const { bench, phone } = await onePhone(driver, offer);
  await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  return { bench, phone };
}
