/**
 * A world for a core that one seed determines: virtual time, a disk that stalls and fails, plugins that are slow, late,
 * failing and crashing.
 *
 * @module
 */
import { PhoneError } from "../../server/core/contract/errors.ts";
import type { Fact } from "../../server/core/contract/facts.ts";
import type { GetterName, GetterResults } from "../../server/core/contract/operations.ts";
import {
  type Acceptance,
  type Clock,
  type Completion,
  type Core,
  type GoneCause,
  type History,
  type OutgoingOperation,
  PluginGone,
  type PluginProcess,
  type PluginReports,
} from "../../server/core/mod.ts";
import type { ItemTurns, Turn } from "../../server/plugin/item_turns.ts";
import { itemsOf } from "../../server/plugin/operations.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";
import type { Random } from "./random.ts";
import type { Seen, Trace } from "./trace.ts";

const TURNS = 40;

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Time that moves only when it is told to. */
export class World implements Clock {
  readonly trace: Trace = [];
  readonly random: Random;
  now = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(random: Random) {
    this.random = random;
  }

  see(seen: Seen): void {
    this.trace.push({ ...seen, at: this.now });
  }

  /** Lets every promise that can go on do so, until nothing more is seen: nothing here waits for the real world. */
  async settle(): Promise<void> {
    let seen: number;
    do {
      seen = this.trace.length;
      for (let turn = 0; turn < TURNS; turn++) await undefined;
    } while (this.trace.length > seen);
  }

  wall(): number {
    return this.now;
  }

  monotonic(): number {
    return this.now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.now + ms, order: this.#order++, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** When the next timer is due. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  /** Moves on to the next timer and runs it. */
  advance(): void {
    const timer = this.#first();
    if (timer === undefined) return;
    this.#timers.delete(timer);
    this.now = Math.max(this.now, timer.at);
    timer.run();
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

type Row =
  | { kind: "accept"; request: number; resolve: (id: number) => void; reject: (error: Error) => void }
  | { kind: "other"; seen: (() => void) | undefined; resolve: () => void };

/** A disk: one queue, group commits that take their time, stalls, failures. */
export class Disk implements History {
  trouble: string | undefined;
  /** Set to let commits fail until it is cleared. */
  failing = false;
  readonly #world: World;
  #waiting: Row[] = [];
  #committing = false;
  #lastId = 0;

  constructor(world: World) {
    this.#world = world;
  }

  accept(row: Acceptance): Promise<number> {
    const request = Number(row.reference);
    return new Promise((resolve, reject) => this.#push({ kind: "accept", request, resolve, reject }));
  }

  complete(row: Completion): Promise<void> {
    return this.#other(() => this.#world.see({ kind: "completedRow", row }));
  }

  withdraw(id: number): Promise<void> {
    return this.#other(() => this.#world.see({ kind: "withdrawnRow", id }));
  }

  nameOf(): undefined {}

  note(fact: Fact): Promise<void> {
    if (fact.type === "handleOpened") {
      const { handle, application, phone, detail: { privilege } } = fact;
      this.#world.see({ kind: "attached", handle, application, phone, privilege });
    }
    return this.#other();
  }

  #other(seen?: () => void): Promise<void> {
    return new Promise((resolve) => this.#push({ kind: "other", seen, resolve }));
  }

  #push(row: Row): void {
    this.#waiting.push(row);
    if (!this.#committing) this.#commit();
  }

  #commit(): void {
    this.#committing = true;
    const { random } = this.#world;
    const stall = random.once(150) ? random.below(6_000) : 0;
    this.#world.after(random.below(12) + stall, () => {
      const rows = this.#waiting.splice(0);
      if (this.failing) {
        this.trouble = "The disk is full";
        for (const row of rows) if (row.kind === "accept") row.reject(new PhoneError("RESOURCEUNAVAIL", this.trouble));
        this.#waiting = [...rows.filter((row) => row.kind !== "accept"), ...this.#waiting];
      } else {
        this.trouble = undefined;
        for (const row of rows) this.#land(row);
      }
      if (this.#waiting.length > 0 || this.failing) this.#commit();
      else this.#committing = false;
    });
  }

  #land(row: Row): void {
    if (row.kind === "accept") {
      const id = ++this.#lastId;
      this.#world.see({ kind: "acceptedRow", id, request: row.request });
      row.resolve(id);
    } else {
      row.seen?.();
      row.resolve();
    }
  }
}

interface Operating {
  id: number;
  phone: string;
  turn: Turn;
  settled: PromiseWithResolvers<void>;
  abort: () => void;
  cancel: () => void;
}

/**
 * A plugin with one process after the other: started, crashed, killed and started again. Its drivers do as chance
 * wants.
 */
export class SimulatedPlugin {
  readonly name: string;
  /** Ids of its phones. */
  readonly phones: string[];
  /** Set at the end of a run: everything settles, nothing hangs any more. */
  tame = false;
  readonly #world: World;
  readonly #core: Core;
  readonly #ItemTurns: new () => ItemTurns;
  #process: SimulatedProcess | undefined;

  constructor(
    options: { name: string; phones: string[]; world: World; core: Core; ItemTurns: new () => ItemTurns },
  ) {
    this.name = options.name;
    this.phones = options.phones;
    this.#world = options.world;
    this.#core = options.core;
    this.#ItemTurns = options.ItemTurns;
  }

  /** The turns at a phone's items, anew for each process. */
  newTurns(): ItemTurns {
    return new this.#ItemTurns();
  }

  async start(): Promise<void> {
    const process = new SimulatedProcess(this, { world: this.#world, end: (cause) => this.end(cause) });
    this.#process = process;
    process.events = this.#core.plugins.admit(this.name, process);
    for (const id of this.phones) {
      await process.events.addPhone({
        id,
        name: id,
        capabilities: NO_CAPABILITIES,
        connected: true,
        methods: ["setLamp", "setHookSwitch", "devSpecific"],
      });
    }
    process.events.ready();
  }

  /** Its process ends; a new one starts after a while. */
  end(cause: GoneCause): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    this.#world.see({ kind: "gone", plugin: this.name, cause });
    process.die();
    process.events?.gone(cause, "");
    this.#world.after(1 + this.#world.random.below(200), () => this.start());
  }

  /** It is stopped in order: its phones are closed first. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#world.see({ kind: "release", plugin: this.name });
    await this.#core.plugins.closePhones(this.name);
    if (this.#process === process) this.end("pluginStop");
  }

  /** Closes a phone by itself. */
  forceClose(id: string): void {
    this.#process?.forceClose(id);
  }

  /** Takes a phone away for good. */
  remove(id: string): void {
    if (this.#process === undefined) return;
    this.phones.splice(this.phones.indexOf(id), 1);
    this.#world.see({ kind: "remove", phone: `${this.name}:${id}` });
    this.#process.events?.removePhone(id);
  }
}

/** What the SDK and its drivers do in a process of their own. */
class SimulatedProcess implements PluginProcess {
  events: PluginReports | undefined;
  readonly #plugin: SimulatedPlugin;
  readonly #world: World;
  readonly #end: (cause: GoneCause) => void;
  readonly #operating = new Map<number, Operating>();
  readonly #turns = new Map<string, ItemTurns>();
  readonly #open = new Set<string>();
  readonly #dead = Promise.withResolvers<never>();
  #alive = true;

  constructor(plugin: SimulatedPlugin, { world, end }: { world: World; end: (cause: GoneCause) => void }) {
    this.#plugin = plugin;
    this.#world = world;
    this.#end = end;
    this.#dead.promise.catch(() => {});
  }

  open(phone: string): Promise<void> {
    const { random } = this.#world;
    this.#world.see({ kind: "pluginOpens", phone: this.#nameOf(phone) });
    return this.#answer(async () => {
      await this.#pause(random.below(20));
      if (random.once(25) && !this.#plugin.tame) {
        this.#world.see({ kind: "pluginRefuses", phone: this.#nameOf(phone) });
        throw new PhoneError("ALLOCATED");
      }
      this.#open.add(phone);
    });
  }

  close(phone: string): Promise<void> {
    this.#world.see({ kind: "pluginCloses", phone: this.#nameOf(phone) });
    return this.#answer(async () => {
      await this.#endSession(phone);
      this.#world.see({ kind: "pluginClosed", phone: this.#nameOf(phone) });
    });
  }

  operate({ requestId: id, phone, operation, params }: OutgoingOperation): void {
    this.#world.see({ kind: "operate", id, phone: this.#nameOf(phone) });
    const turns = this.#turns.getOrInsertComputed(phone, () => this.#plugin.newTurns());
    const turn = turns.take(itemsOf(operation, params));
    const settled = Promise.withResolvers<void>();
    const operating: Operating = { id, phone, turn, settled, abort: () => {}, cancel: () => {} };
    operating.abort = () => this.#settleOne(operating, -1879048164);
    this.#operating.set(id, operating);
    if (turn.isNow) this.#begin(operating);
    else turn.now.then(() => this.#begin(operating));
  }

  /** Calls its driver, unless it was aborted before its turn came. */
  #begin(operating: Operating): void {
    if (!this.#alive || !this.#operating.has(operating.id)) return;
    const { random } = this.#world;
    this.#world.see({ kind: "begins", id: operating.id });
    const result = () => random.pick([0, 0, 0, -1879048164, -1073741823]);
    const never = random.once(12) && !this.#plugin.tame;
    if (!never) {
      const ms = random.once(6) ? random.below(2_500) : random.below(40);
      operating.cancel = this.#world.after(ms, () => this.#settleOne(operating, result()));
    }
    operating.abort = () => {
      operating.abort = () => {};
      if (random.once(5) && !this.#plugin.tame) return;
      operating.cancel();
      const value = random.once(4) ? 0 : -1879048164;
      operating.cancel = this.#world.after(random.below(30), () => this.#settleOne(operating, value));
    };
  }

  abort(requestId: number): void {
    this.#world.see({ kind: "aborts", id: requestId });
    const operating = this.#operating.get(requestId);
    operating?.abort();
    this.#world.after(0, () => operating?.turn.end());
  }

  get<Name extends GetterName>(): Promise<GetterResults[Name]> {
    return Promise.reject(new PhoneError("OPERATIONUNAVAIL"));
  }

  want(): Promise<void> {
    return Promise.resolve();
  }

  kill(): void {
    this.#world.after(1, () => {
      if (this.#alive) this.#end("pluginHang");
    });
  }

  forceClose(phone: string): void {
    if (!this.#open.has(phone)) return;
    this.#world.see({ kind: "forceClosing", phone: this.#nameOf(phone) });
    this.events?.forceClosing(phone);
    this.#endSession(phone).then(() => {
      if (!this.#alive) return;
      this.#world.see({ kind: "forceClosed", phone: this.#nameOf(phone) });
      this.events?.forceClosed(phone);
    });
  }

  die(): void {
    this.#alive = false;
    for (const operating of this.#operating.values()) operating.cancel();
    this.#dead.reject(new PluginGone());
  }

  /** Aborts, settles and closes, as the SDK does for every driver. */
  async #endSession(phone: string): Promise<void> {
    this.#open.delete(phone);
    const operating = [...this.#operating.values()].filter((one) => one.phone === phone);
    for (const one of operating) one.abort();
    await Promise.all(operating.map((one) => one.settled.promise));
    const { random } = this.#world;
    if (random.once(30) && !this.#plugin.tame) await new Promise(() => {});
    await this.#pause(random.below(10));
  }

  #settleOne(operating: Operating, result: number): void {
    if (!this.#alive || !this.#operating.delete(operating.id)) return;
    this.#world.see({ kind: "settles", id: operating.id, phone: this.#nameOf(operating.phone), result });
    this.events?.completed(operating.id, { result: result });
    operating.settled.resolve();
    operating.turn.end();
  }

  #answer(work: () => Promise<void>): Promise<void> {
    return Promise.race([work(), this.#dead.promise]);
  }

  #pause(ms: number): Promise<void> {
    // A process that has ended says nothing any more, least of all how an open would have gone.
    return new Promise((resolve) => this.#world.after(ms, () => this.#alive && resolve()));
  }

  #nameOf(phone: string): string {
    return `${this.#plugin.name}:${phone}`;
  }
}
