/**
 * Makes the core: one memory, four faces.
 *
 * @module
 */
import { called, end, endApplicationsOf, initialize, shutdown, summaryOf } from "./applications.ts";
import { activityLog, type ActivityOf } from "./activity.ts";
import { type Bounds, DEFAULT_BOUNDS } from "./bounds.ts";
import { closeHandle, closePhone } from "./close.ts";
import type { Applications, Census, Core, Lifecycle, Operator } from "./core.ts";
import type { Exchange } from "./exchange.ts";
import { findApplication, findHandle } from "./lookup.ts";
import { ApplicationFace, HandleFace } from "./faces.ts";
import { findPhone, presentPhones, viewOf } from "./phones.ts";
import { pluginIntake } from "./plugin_intake.ts";
import type { Clock, History, NextId, Observer } from "./ports.ts";
import { current } from "./record.ts";
import { SlotMap } from "./slot_map.ts";

/** What a core is made of. */
export interface CoreOptions {
  clock: Clock;
  nextId: NextId;
  history: History;
  bounds?: Partial<Bounds>;
  /** Watches the requests; left out, nothing does. */
  observer?: Observer;
  /** What of which phone's activity is recorded; left out, of none. */
  activityOf?: ActivityOf;
}

/** Makes a core. It holds no phone until {@linkcode PluginIntake.enable} names the plugins and each has settled. */
export function createCore(
  { clock, nextId, history, bounds, observer, activityOf = () => undefined }: CoreOptions,
): Core {
  const exchange: Exchange = {
    clock,
    nextId,
    history,
    bounds: { ...DEFAULT_BOUNDS, ...bounds },
    observer,
    activity: activityLog({ clock, history, activityOf }),
    applications: new Map(),
    handles: new Map(),
    taken: 0,
    requests: new SlotMap(),
    phones: new Map(),
    devices: [],
    plugins: new Map(),
    closes: new Set(),
    settled: false,
    stopping: false,
  };
  return {
    applications: applications(exchange),
    operator: operator(exchange),
    plugins: pluginIntake(exchange),
    lifecycle: lifecycle(exchange),
  };
}

function applications(exchange: Exchange): Applications {
  return {
    phoneCount: (sees = () => true) => exchange.devices.findLastIndex(({ id }) => sees(id)) + 1,
    async initialize(name, options) {
      return new ApplicationFace(await initialize(exchange, name, options), options);
    },
    application(id, caller) {
      const found = findApplication(exchange, id, caller);
      called(found, caller);
      return new ApplicationFace(found, caller);
    },
    handle(id, caller) {
      const found = findHandle(exchange, id, { token: caller.token });
      called(found.application, caller);
      return new HandleFace(found, caller);
    },
    phones: (sees = () => true) => presentPhones(exchange).filter(({ id }) => sees(id)).map(viewOf),
    phone: (name, sees = () => true) => viewOf(findPhone(exchange, name, { sees })),
    current: (record) => current(exchange, record),
  };
}

function operator(exchange: Exchange): Operator {
  return {
    census: () => census(exchange),
    applications: (sees = () => true) =>
      [...exchange.applications.values()].map((application) => summaryOf(application, sees)),
    application(id) {
      const found = findApplication(exchange, id);
      const { name, token, leaseSeconds } = found;
      return {
        id,
        name,
        token,
        leaseSeconds,
        release: async (by) => await shutdown(found, { cause: "operatorRelease", by }),
      };
    },
    handle(id, sees = () => true) {
      const found = findHandle(exchange, id, { sees });
      const { privilege, phone, application: { id: application, name, token, leaseSeconds } } = found;
      return {
        id,
        privilege,
        phone: { id: phone.id },
        application: { id: application, name, token, leaseSeconds },
        release: async (by) => await closeHandle(found, { cause: "operatorRelease", by }),
      };
    },
    endApplicationsOf: (token, reason) => endApplicationsOf(exchange, { token, ...reason }),
  };
}

function lifecycle(exchange: Exchange): Lifecycle {
  return {
    get condition() {
      return { settled: exchange.settled, stopping: exchange.stopping };
    },
    async stop() {
      exchange.stopping = true;
      const phones = [...exchange.plugins.values()].flatMap((plugin) => [...plugin.phones.values()]);
      await Promise.all(phones.map((phone) => closePhone(phone, "serverStop")));
      // Also what a crash or somebody's own close has begun is completed and told.
      while (exchange.closes.size > 0) await Promise.all(exchange.closes);
      exchange.activity.flush();
      await Promise.all([...exchange.applications.values()].map((left) => end(left, "serverStop")));
    },
  };
}

function census(exchange: Exchange): Census {
  const phones = presentPhones(exchange);
  let streams = 0;
  for (const { events } of exchange.applications.values()) if (events.streaming) streams++;
  let requests = 0;
  for (const { inFlight } of exchange.plugins.values()) requests += inFlight;
  return {
    applications: exchange.applications.size,
    handles: exchange.handles.size,
    streams,
    requests,
    phones: phones.length,
    connectedPhones: phones.filter(({ connected }) => connected).length,
  };
}
