/**
 * The telephone model (contract sections 1-5). Pure: time, ids, the history and the plugins come in as ports.
 *
 * A request's way through it: `request.ts` takes it and puts it on disk, hands it to the plugin; `plugin_life.ts` hears the plugin's answer; `complete.ts`
 * puts the end on disk and tells the application. `close.ts` and `session.ts` hold the close rules.
 *
 * @module
 */
import { attach } from "./plugin_life.ts";
import { end, endApplicationsOf, hold, initialize, renew, shutdown, streamEvents, summaryOf } from "./applications.ts";
import { type Bounds, DEFAULT_BOUNDS } from "./bounds.ts";
import { census } from "./census.ts";
import { closeHandle, closeWholly } from "./close.ts";
import { PhoneError } from "./contract/errors.ts";
import type { OperationName } from "./contract/operations.ts";
import type { ApplicationView, Core, HandleView } from "./core.ts";
import type { Application, Exchange, Handle, Plugin } from "./exchange.ts";
import { get } from "./get.ts";
import { setStatusMessages } from "./masks.ts";
import { openPhone } from "./open.ts";
import { findPhone, giveDeviceId, presentPhones, viewOf } from "./phones.ts";
import type { Clock, History, NextId, Observer } from "./ports.ts";
import { current } from "./record.ts";
import { request } from "./request.ts";

/** What a core is made of. */
export interface CoreOptions {
  clock: Clock;
  nextId: NextId;
  history: History;
  bounds?: Partial<Bounds>;
  /** Takes out of a request's parameters what must not be recorded; left out, everything is. */
  redact?: (operation: OperationName, params: object) => object;
  /** Watches the requests; left out, nothing does. */
  observer?: Observer;
}

/** Makes a core. It holds no phone until {@linkcode Core.enablePlugins} names the plugins and each has settled. */
export function createCore(options: CoreOptions): Core {
  const exchange: Exchange = {
    clock: options.clock,
    nextId: options.nextId,
    history: options.history,
    redact: options.redact ?? ((_operation, params) => params),
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
    observer: options.observer,
    applications: new Map(),
    handles: new Map(),
    requests: new Map(),
    phones: new Map(),
    devices: [],
    plugins: new Map(),
    closes: new Set(),
    settled: false,
    stopping: false,
  };

  const application = (id: string, token?: string): Application => {
    const found = exchange.applications.get(id);
    if (found && (token === undefined || found.token === token)) return found;
    throw new PhoneError(
      "INVALAPPHANDLE",
      "No application of this token has that id: it was shut down, its lease ended, or the server was started anew; begin another",
    );
  };
  const handle = (id: string, token?: string): Handle => {
    const found = exchange.handles.get(id);
    if (found && (token === undefined || found.application.token === token)) return found;
    throw new PhoneError(
      "INVALPHONEHANDLE",
      "No open handle of this token has that id: it was closed, by force too, its application's lease ended, or the server was started anew; open the phone again",
    );
  };
  const own = (view: ApplicationView) => application(view.id, view.token);
  const held = (view: HandleView) => handle(view.id, view.application.token);
  const settleIfAll = () => {
    if (exchange.settled || [...exchange.plugins.values()].some((plugin) => !plugin.settled)) return;
    exchange.settled = true;
    for (const plugin of exchange.plugins.values()) {
      for (const phone of plugin.phones.values()) giveDeviceId(exchange, phone);
    }
  };
  const plugin = (name: string): Plugin => {
    const found = exchange.plugins.get(name);
    if (found === undefined) throw new Error(`Cannot find plugin ${name}: it was not enabled`);
    return found;
  };

  return {
    get condition() {
      return { settled: exchange.settled, stopping: exchange.stopping };
    },
    get phoneCount() {
      return exchange.devices.length;
    },
    census: () => census(exchange),
    async initialize(name, rest) {
      const { id, leaseSeconds } = await initialize(exchange, name, rest);
      return { application: id, leaseSeconds, phoneCount: exchange.devices.length };
    },
    application(id, token) {
      const found = application(id, token);
      renew(exchange, found);
      return found;
    },
    handle(id, token) {
      const found = handle(id, token);
      renew(exchange, found.application);
      return found;
    },
    handles: (view) => summaryOf(own(view)).handles,
    hold(view) {
      const found = exchange.applications.get(view.id);
      return found ? hold(exchange, found) : () => {};
    },
    shutdown: async (view, cause = "shutdown", rest) => await shutdown(exchange, own(view), cause, rest?.by),
    events: (view, rest) => streamEvents(exchange, own(view), rest?.lastEvent),

    applications: () => [...exchange.applications.values()].map(summaryOf),
    anyApplication: (id) => application(id),
    anyHandle: (id) => handle(id),
    endApplicationsOf: (token) => endApplicationsOf(exchange, token),

    phones: (sees = () => true) => presentPhones(exchange).filter(({ id }) => sees(id)).map(viewOf),
    phone: (name, sees = () => true) => viewOf(findPhone(exchange, name, sees)),
    open: async (view, rest) => await openPhone(exchange, own(view), rest),
    close: async (view, cause = "close", rest) => await closeHandle(exchange, held(view), cause, rest?.by),

    request: async (view, operation, rest) => await request(exchange, held(view), operation, rest),
    get: async (view, getter, params) => await get(exchange, held(view), getter, params),
    setStatusMessages: async (view, masks) => await setStatusMessages(exchange, held(view), masks),
    statusMessages: (view) => held(view).wanted,
    current: (record) => current(exchange, record),

    enablePlugins(names) {
      for (const name of names) {
        exchange.plugins.set(name, {
          name,
          process: undefined,
          settled: false,
          ready: false,
          inFlight: 0,
          phones: new Map(),
          phoneBytes: 0,
        });
      }
      settleIfAll();
    },
    attach: (name, process) => attach(exchange, plugin(name), process),
    settle(name, failure) {
      const type = failure?.state === "givenUp" ? "pluginGivenUp" : "pluginRefused";
      if (failure) exchange.history.note({ type, plugin: name, detail: { ...failure } });
      plugin(name).settled = true;
      settleIfAll();
    },
    async releasePlugin(name) {
      const leaving = plugin(name);
      leaving.ready = false;
      const phones = [...leaving.phones.values()];
      await Promise.all(phones.map((phone) => closeWholly(exchange, phone, "pluginStop")));
    },
    async stop() {
      exchange.stopping = true;
      const phones = [...exchange.plugins.values()].flatMap((plugin) => [...plugin.phones.values()]);
      await Promise.all(phones.map((phone) => closeWholly(exchange, phone, "serverStop")));
      // Also what a crash or somebody's own close has begun is completed and told.
      while (exchange.closes.size > 0) await Promise.all(exchange.closes);
      await Promise.all([...exchange.applications.values()].map((left) => end(exchange, left, "serverStop")));
    },
  };
}
