/**
 * A core with one scripted plugin, on virtual time and a disk that keeps up: what happens is told step by step.
 *
 * @module
 */
import {
  type ActivityOf,
  type Bounds,
  type Core,
  createCore,
  type Observer,
  type OpenApplication,
  type OpenHandle,
  type OutgoingOperation,
  type PluginProcess,
  type PluginReports,
} from "../../server/core/mod.ts";
import type { Masks, PhoneEvent } from "../../server/core/contract/events.ts";
import type { Fact } from "../../server/core/contract/facts.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";
import { randomFrom } from "../simulation/random.ts";
import { Disk, World } from "../simulation/world.ts";

/** A plugin's process whose every answer the test gives. */
export class ScriptedProcess implements PluginProcess {
  /** The calls that came, in words, in order. */
  readonly calls: string[] = [];
  readonly operations: OutgoingOperation[] = [];
  readonly wanted: Masks[] = [];
  /** Answers closes; a test replaces it to hold one. */
  onClose: () => Promise<void> = () => Promise.resolve();
  /** Answers opens. */
  onOpen: () => Promise<void> = () => Promise.resolve();
  /** Answers masks. */
  onWant: () => Promise<void> = () => Promise.resolve();
  /** What the next getter gives. */
  onGet: () => Promise<unknown> = () => Promise.resolve({});
  killed: string | undefined;

  open(phone: string): Promise<void> {
    this.calls.push(`open ${phone}`);
    return this.onOpen();
  }

  close(phone: string): Promise<void> {
    this.calls.push(`close ${phone}`);
    return this.onClose();
  }

  operate(operation: OutgoingOperation): void {
    this.calls.push(`operate ${operation.operation}`);
    this.operations.push(operation);
  }

  abort(requestId: number): void {
    this.calls.push(`abort ${requestId}`);
  }

  get<Result>(_phone: string, { getter }: { getter: string }): Promise<Result> {
    this.calls.push(`get ${getter}`);
    return this.onGet() as Promise<Result>;
  }

  want(_phone: string, wanted: Masks): Promise<void> {
    this.wanted.push(wanted);
    return this.onWant();
  }

  kill(why: string): void {
    this.killed = why;
  }
}

/** A disk that remembers the facts. */
class NotingDisk extends Disk {
  readonly facts: Fact[] = [];

  override note(fact: Fact): Promise<void> {
    this.facts.push(fact);
    return super.note(fact);
  }
}

/** A core, its world and its one plugin `p` with the phone `p:a`, settled. */
export class Fixture {
  readonly world = new World(randomFrom(1));
  readonly disk = new NotingDisk(this.world);
  readonly core: Core;
  process = new ScriptedProcess();
  events: PluginReports;
  #ids = 0;

  constructor(
    options: {
      phones?: string[];
      methods?: string[];
      bounds?: Partial<Bounds>;
      observer?: Observer;
      activityOf?: ActivityOf;
    } = {},
  ) {
    const { phones = ["a"], methods = ["setLamp", "setVolume", "devSpecific"], bounds } = options;
    this.core = createCore({
      clock: this.world,
      nextId: () => `id-${this.#ids++}`,
      history: this.disk,
      ...(bounds && { bounds }),
      ...(options.observer && { observer: options.observer }),
      ...(options.activityOf && { activityOf: options.activityOf }),
    });
    this.core.plugins.enable(["p"]);
    this.events = this.core.plugins.admit("p", this.process);
    for (const id of phones) this.offer(id, methods);
    this.events.ready();
    this.core.plugins.settle("p");
  }

  /** Lets the plugin offer a phone. */
  offer(id: string, methods: string[] = ["setLamp"]): Promise<void> {
    return this.events.addPhone({ id, name: `Phone ${id}`, capabilities: NO_CAPABILITIES, connected: true, methods });
  }

  /** Starts the plugin again. */
  restart(): void {
    this.process = new ScriptedProcess();
    this.events = this.core.plugins.admit("p", this.process);
  }

  /** Lets `ms` of virtual time pass, a disk's commits and deadlines in it. */
  async pass(ms = 50): Promise<void> {
    const until = this.world.now + ms;
    await this.world.settle();
    for (let next = this.world.next; next !== undefined && next <= until; next = this.world.next) {
      this.world.advance();
      await this.world.settle();
    }
    this.world.now = until;
  }

  /** Waits for a call of the core while time passes. */
  async over<Value>(call: Promise<Value>, ms = 50): Promise<Value> {
    const settled = call.then((value) => () => value, (error) => () => {
      throw error;
    });
    await this.pass(ms);
    const pending = Symbol();
    const result = await Promise.race([settled, Promise.resolve(pending)]);
    if (typeof result === "symbol") throw new Error(`The call had no answer after ${ms} ms`);
    return result();
  }

  async application(name = "test", leaseSeconds = 300): Promise<OpenApplication> {
    return await this.over(this.core.applications.initialize(name, { token: "t", leaseSeconds }));
  }

  /** Opens a phone for an application. */
  async open(application: OpenApplication, options: { phone?: string; privilege?: string } = {}): Promise<OpenHandle> {
    return await this.over(
      application.open({ phone: options.phone ?? "p:a", privilege: options.privilege ?? "owner" }),
    );
  }

  /** Asks a lamp to be lit; the answer has been handed out. */
  async light(handle: OpenHandle): Promise<number> {
    const accepted = await this.over(
      handle.request("setLamp", { params: { lamp: 1, mode: "steady" } }),
    );
    accepted.answered();
    return accepted.requestId;
  }

  /** The completion row of a request. */
  row(requestId: number): { outcome: string; result: number; cause?: string; reply: string } | undefined {
    for (const seen of this.world.trace) {
      if (seen.kind === "completedRow" && seen.row.requestId === requestId) return seen.row;
    }
    return undefined;
  }
}

/** Collects an application's events. */
export function follow(application: OpenApplication): PhoneEvent[] {
  const events: PhoneEvent[] = [];
  const stream = application.events();
  (async () => {
    for (let next = await stream.next(); next !== undefined; next = await stream.next()) {
      events.push(JSON.parse(next.json));
    }
  })();
  return events;
}
