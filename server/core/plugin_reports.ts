/**
 * What a plugin's process reports, from its admission to its end, and what becomes of its phones (contract 1.6, 1.7,
 * 4.3, 4.6, 4.7).
 *
 * @module
 */
import { closeForcibly, closePhone } from "./close.ts";
import { complete, stop } from "./complete.ts";
import { isErrorValue, PHONE_ERRORS } from "./contract/errors.ts";
import { tellButton, tellDevSpecific, tellEverybody, tellState } from "./deliver.ts";
import type { LedClose, Phone, Plugin } from "./exchange.ts";
import {
  changeCapabilities,
  CORE_STATES,
  leaveRemains,
  meanButton,
  setConnected,
  setSuspended,
  takeIn,
  tellEverybodyState,
} from "./phones.ts";
import type { GoneCause, PluginProcess, PluginReports } from "./ports.ts";

const FAILED = PHONE_ERRORS.OPERATIONFAILED.value;

/** Admits a plugin's new process. What it reports after its end is dropped. */
export function admit(plugin: Plugin, process: PluginProcess): PluginReports {
  const { history } = plugin.exchange;
  plugin.process = process;
  plugin.ready = false;
  history.note({ type: "pluginStarted", plugin: plugin.name });
  const running = () => plugin.process === process;
  /** The phone of a report that a closed phone may make, too. */
  const offered = (id: string): Phone | undefined => {
    const phone = plugin.phones.get(id);
    return running() && phone?.offered ? phone : undefined;
  };
  /** The phone of a report that only an open phone may make (R12, R57). */
  const open = (id: string): Phone | undefined => {
    const phone = plugin.phones.get(id);
    return running() && phone?.session.state === "open" ? phone : undefined;
  };

  return {
    async addPhone(offered) {
      if (running()) await takeIn(plugin, offered);
    },
    async removePhone(id) {
      const phone = plugin.phones.get(id);
      if (running() && phone && !phone.removed) await remove(phone);
    },
    completed(requestId, end) {
      completed(plugin, { process, requestId, ...end });
    },
    state(id, change) {
      const phone = open(id);
      if (phone === undefined) return 0;
      const reported = { ...change, states: change.states.filter((state) => !CORE_STATES.includes(state)) };
      plugin.exchange.activity.state(phone, reported);
      const told = tellState(phone, reported);
      // Nobody can mask it, and it concerns everybody (R82).
      if (change.states.includes("reinit")) tellEverybodyState(phone, { states: ["reinit"] });
      return told;
    },
    button(id, change) {
      const phone = open(id);
      if (phone === undefined) return 0;
      plugin.exchange.activity.button(phone, change);
      return tellButton(phone, change);
    },
    devSpecific(id, params) {
      const phone = open(id);
      return phone ? tellDevSpecific(phone, params) : 0;
    },
    connected(id, connected) {
      const phone = plugin.phones.get(id);
      if (!running() || phone === undefined || phone.removed) return;
      phone.linked = connected;
      if (plugin.ready) setConnected(phone, { connected, tellThem: tellState });
    },
    suspended(id, suspended) {
      const phone = offered(id);
      if (phone) setSuspended(phone, suspended);
    },
    capabilities(id, capabilities) {
      const phone = offered(id);
      if (phone) changeCapabilities(phone, capabilities);
    },
    buttonMeant(id, meaning) {
      const phone = offered(id);
      if (phone) meanButton(phone, meaning);
    },
    forceClosing(id) {
      const phone = plugin.phones.get(id);
      if (running() && phone) beginLedClose(phone);
    },
    forceClosed(id) {
      const phone = plugin.phones.get(id);
      if (phone) ledCloseOf(phone)?.end();
    },
    fault(fault) {
      if (running()) history.note({ type: "pluginFault", plugin: plugin.name, detail: { fault } }, { optional: true });
    },
    ready({ anew } = { anew: false }) {
      if (!running()) return;
      plugin.ready = true;
      history.note({ type: "pluginReady", plugin: plugin.name });
      for (const phone of plugin.phones.values()) {
        if (phone.offered) setConnected(phone, { connected: phone.linked, tellThem: tellEverybodyState });
        else if (anew && !phone.removed) void remove(phone);
      }
    },
    async gone(cause, detail) {
      if (running()) await gone(plugin, { process, cause, detail });
    },
  };
}

function completed(
  plugin: Plugin,
  { process, requestId, result, message }: {
    process: PluginProcess;
    requestId: number;
    result: number;
    message?: string;
  },
): void {
  const { requests, history } = plugin.exchange;
  const request = requests.get(requestId);
  if (request?.stage.name !== "dispatched" || request.stage.to !== process) {
    const late = { type: "lateCompletion", plugin: plugin.name, result, detail: { requestId } } as const;
    history.note(late, { optional: true });
    return;
  }
  const { session } = request.handle.phone;
  const error = { result: isErrorValue(result) ? result : FAILED, ...(message === undefined ? {} : { message }) };
  if (result === 0) complete(request, { outcome: "succeeded", result });
  else if (session.state === "closing") complete(request, { outcome: "aborted", ...error, cause: session.cause });
  else complete(request, { outcome: "failed", ...error });
}

/** The plugin has begun to close a phone by itself. */
function beginLedClose(phone: Phone): void {
  const { session } = phone;
  const { promise: closed, resolve: end } = Promise.withResolvers<void>();
  if (session.state !== "open" && session.state !== "opening") return;
  const { id, handles, outstanding, plugin: { name, exchange: { history } } } = phone;
  const detail = { handles: handles.size, completed: outstanding.size };
  history.note({ type: "phoneForceClosed", plugin: name, phone: id, detail });
  if (session.state === "open") closeForcibly(phone, { cause: "forcedClose", led: { closed, end } });
  else session.led = { closed, end };
}

function ledCloseOf({ session }: Phone): LedClose | undefined {
  return session.state === "closed" ? undefined : session.led;
}

async function remove(phone: Phone): Promise<void> {
  phone.removed = true;
  phone.offered = false;
  await closePhone(phone, "phoneRemoved");
  leaveRemains(phone);
  const { id, deviceId, plugin: { name, exchange } } = phone;
  await exchange.history.note({ type: "phoneRemoved", plugin: name, phone: id });
  if (deviceId !== undefined) tellEverybody(exchange, { type: "PHONE_REMOVE", phone: id, deviceId });
}

async function gone(
  plugin: Plugin,
  { process, cause, detail }: { process: PluginProcess; cause: GoneCause; detail: string },
): Promise<void> {
  plugin.process = undefined;
  plugin.ready = false;
  const row = plugin.exchange.history.note({
    type: cause === "pluginStop" ? "pluginStopped" : "pluginFailed",
    plugin: plugin.name,
    detail: { cause, detail },
  });
  await Promise.all([row, ...[...plugin.phones.values()].map((phone) => lose(phone, { process, cause }))]);
}

/** Ends what a phone had under way with a process that is no more, with the truth. */
async function lose(phone: Phone, { process, cause }: { process: PluginProcess; cause: GoneCause }): Promise<void> {
  phone.offered = false;
  // Nobody is left to hear it: a process that offers the phone again says so again.
  phone.suspended = false;
  for (const request of phone.outstanding.values()) {
    const { stage } = request;
    stop(request, { outcome: "aborted", cause });
    if (stage.name === "dispatched" && stage.to === process) {
      complete(request, { outcome: "lost", result: FAILED, cause });
    }
  }
  ledCloseOf(phone)?.end();
  // Nobody is there to close it: it is.
  const led = { closed: Promise.resolve(), end() {} };
  if (phone.session.state === "open") await closeForcibly(phone, { cause, led });
  await setConnected(phone, { connected: false, tellThem: tellEverybodyState });
}
