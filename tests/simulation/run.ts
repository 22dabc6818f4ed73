/**
 * One random history of a core, determined by a seed: several applications and plugins, doing as chance wants, until
 * everything has ended.
 *
 * @module
 */
import type { Privilege } from "../../server/core/contract/names.ts";
import type { Cause } from "../../server/core/contract/record.ts";
import type { Core, CoreOptions, EventStream, OpenHandle } from "../../server/core/mod.ts";
import type { ItemTurns } from "../../server/plugin/item_turns.ts";
import { type Random, randomFrom } from "./random.ts";
import type { Trace } from "./trace.ts";
import { Disk, SimulatedPlugin, World } from "./world.ts";

/** What is under test: the core and the turns that the SDK takes, real or as a mutant. */
export interface Subject {
  createCore(options: CoreOptions): Core;
  ItemTurns: new () => ItemTurns;
}

/**
 * Bounds of a simulated core, in virtual milliseconds; what must not coincide with anything else ends between the whole
 * ones.
 */
export const BOUNDS = {
  openMs: 1_000,
  operationMs: 3_000,
  closeMs: 400,
  closeRowsMs: 500.5,
  streamHoldMs: 0,
  inFlight: 12,
};

/** Ends between the whole milliseconds in which everything else happens. */
const LEASE_SECONDS = 5.0005;
const STEPS = 80;

class User {
  readonly id: string;
  readonly handles: OpenHandle[] = [];
  calledAt: number;
  gone = false;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(id: string, now: number) {
    this.id = id;
    this.calledAt = now;
  }

  /** Stops reading events, or goes on. */
  toggleReading(): void {
    if (this.#gate) this.read();
    else this.#gate = Promise.withResolvers();
  }

  read(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async follow(stream: EventStream, world: World): Promise<void> {
    for (;;) {
      await this.#gate?.promise;
      const next = await stream.next();
      if (next === undefined) return;
      world.see({ kind: "event", application: this.id, event: JSON.parse(next.json) });
    }
  }
}

/** Runs the history of a seed and gives what was seen. */
export async function run(seed: number, { createCore, ItemTurns }: Subject): Promise<Trace> {
  const world = new World(randomFrom(seed));
  const disk = new Disk(world);
  let ids = 0;
  const core = createCore({ clock: world, nextId: () => `id-${ids++}`, history: disk, bounds: BOUNDS });
  const { random } = world;
  const plugins = ["one", "two"].slice(0, 1 + random.below(2)).map((name) =>
    new SimulatedPlugin({ name, phones: ["a", "b"].slice(0, 1 + random.below(2)), world, core, ItemTurns })
  );
  core.plugins.enable(plugins.map((plugin) => plugin.name));
  const crowd = new Crowd(core, world);
  for (const plugin of plugins) plugin.start().then(() => core.plugins.settle(plugin.name));
  await drain(crowd, 100);
  for (let count = 1 + random.below(3); count > 0; count--) crowd.arrive();
  await drain(crowd, 100);

  for (let step = 0; step < STEPS; step++) {
    const choice = random.below(1_000);
    if (choice < 400) await drain(crowd, 1 + random.below(60));
    else if (choice < 410) disk.failing = true;
    else if (choice < 450) disk.failing = false;
    else if (choice < 465) random.pick(plugins).end(random.pick(["pluginCrash", "pluginHang", "protocolError"]));
    else if (choice < 470) random.pick(plugins).stop();
    else if (choice < 485) {
      const plugin = random.pick(plugins);
      if (plugin.phones.length > 0) plugin.forceClose(random.pick(plugin.phones));
    } else if (choice < 490) {
      const plugin = random.pick(plugins);
      if (plugin.phones.length > 0) plugin.remove(random.pick(plugin.phones));
    } else if (choice < 493) await drain(crowd, LEASE_SECONDS * 1_200);
    else crowd.act();
    await world.settle();
  }

  disk.failing = false;
  for (const plugin of plugins) plugin.tame = true;
  crowd.readAll();
  // Every other server is stopped in the midst of things.
  if (random.once(2)) await drain(crowd, 20_000);
  world.see({ kind: "stop" });
  core.lifecycle.stop().then(() => world.see({ kind: "stopped" }));
  await drain(crowd, 20_000);
  return world.trace;
}

/** Lets virtual time pass; leases end in it. */
async function drain(crowd: Crowd, ms: number): Promise<void> {
  const { world } = crowd;
  const until = world.now + ms;
  await world.settle();
  for (;;) {
    const next = world.next;
    if (next === undefined || next > until) break;
    crowd.seeLeasesEnd(next);
    world.advance();
    await world.settle();
  }
  world.now = until;
}

class Crowd {
  readonly #core: Core;
  readonly world: World;
  readonly #users: User[] = [];
  #requests = 0;

  constructor(core: Core, world: World) {
    this.#core = core;
    this.world = world;
  }

  async arrive(): Promise<void> {
    const asked = this.world.now;
    try {
      const application = await this.#core.applications.initialize("user", {
        token: "token",
        leaseSeconds: LEASE_SECONDS,
      });
      const user = new User(application.id, asked);
      this.#users.push(user);
      user.follow(application.events(), this.world);
      user.calledAt = this.world.now;
    } catch {
      // The disk was full: somebody else may come.
    }
  }

  readAll(): void {
    for (const user of this.#users) user.read();
  }

  /** Sees each lease that ends by `time`. */
  seeLeasesEnd(time: number): void {
    for (const user of this.#users) {
      if (user.gone || user.calledAt + LEASE_SECONDS * 1_000 > time) continue;
      user.gone = true;
      this.world.see({ kind: "shutdown", application: user.id, cause: "leaseExpired" });
    }
  }

  act(): void {
    const { random } = this.world;
    const users = this.#users.filter((user) => !user.gone);
    if (users.length === 0 || random.once(40)) {
      this.arrive();
      return;
    }
    const user = random.pick(users);
    const choice = random.below(100);
    if (choice < 20) this.#open(user);
    else if (choice < 75) { for (let count = 1 + random.below(4); count > 0; count--) this.#ask(user); }
    else if (choice < 90) this.#close(user);
    else if (choice < 96) user.toggleReading();
    else this.#leave(user);
  }

  async #open(user: User): Promise<void> {
    const { random } = this.world;
    const phones = this.#core.applications.phones();
    if (phones.length === 0) return;
    const phone = random.pick(phones).phone;
    try {
      const application = this.#core.applications.application(user.id, { token: "token" });
      user.calledAt = this.world.now;
      const handle = await application.open({ phone, privilege: random.pick(["owner", "monitor"]) });
      this.world.see({ kind: "opened", handle: handle.id });
      user.handles.push(handle);
    } catch {
      // Somebody else owns it, its plugin is away or it was removed: another try may come.
    }
  }

  async #ask(user: User): Promise<void> {
    const { random } = this.world;
    if (user.handles.length === 0) return;
    const view = random.pick(user.handles);
    const request = this.#requests++;
    const deadlineMs = random.pick([1 + random.below(60), BOUNDS.operationMs, BOUNDS.operationMs, 9_000]);
    const { operation, params, items } = anything(random, view.privilege);
    this.world.see({
      kind: "asked",
      request,
      handle: view.id,
      phone: view.phone.id,
      items,
      deadline: this.world.now + deadlineMs,
    });
    try {
      const handle = this.#handle(user, view);
      const accepted = await handle.request(operation, {
        params,
        reference: String(request),
        deadlineMs,
      });
      this.world.see({ kind: "answer", request, id: accepted.requestId });
      this.world.after(random.below(15), () => {
        this.world.see({ kind: "handedOut", id: accepted.requestId });
        accepted.answered();
      });
    } catch {
      this.world.see({ kind: "refused", request });
    }
  }

  async #close(user: User): Promise<void> {
    if (user.handles.length === 0) return;
    const view = this.world.random.pick(user.handles);
    try {
      const handle = this.#handle(user, view);
      user.handles.splice(user.handles.indexOf(view), 1);
      this.world.see({ kind: "close", handle: view.id });
      const { lastHandle, completed } = await handle.close();
      this.world.see({ kind: "closed", handle: view.id, lastHandle, completed });
    } catch {
      // Closed by somebody else already, or the disk did not keep up: the handle is void all the same.
    }
  }

  async #leave(user: User): Promise<void> {
    const cause: Cause = "shutdown";
    user.gone = true;
    try {
      const application = this.#core.applications.application(user.id, { token: "token" });
      this.world.see({ kind: "shutdown", application: user.id, cause });
      await application.shutdown();
      this.world.see({ kind: "ended", application: user.id });
    } catch {
      // The disk did not keep up: the application is gone all the same.
    }
  }

  /** A handle as a call finds it: a call that finds it renews the lease, one with a void handle does not. */
  #handle(user: User, view: OpenHandle): OpenHandle {
    const handle = this.#core.applications.handle(view.id, { token: "token" });
    user.calledAt = this.world.now;
    return handle;
  }
}

/** Something that a handle may ask for, and what it sets. */
function anything(random: Random, privilege: Privilege) {
  const ofNothing = { operation: "devSpecific" as const, params: { params: "" }, items: [] };
  const lamp = random.below(2);
  return random.pick([
    ofNothing,
    ...privilege === "monitor" ? [] : [
      { operation: "setLamp" as const, params: { lamp, mode: "off" as const }, items: [`lamp ${lamp}`] },
      ...([["handset"], ["speaker"], ["handset", "speaker"]] as const).map((devices) => ({
        operation: "setHookSwitch" as const,
        params: { devices: [...devices], mode: "onHook" as const },
        items: devices,
      })),
    ],
  ]);
}
