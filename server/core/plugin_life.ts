/**
 * One life of a plugin: from the start of its process to its end, what it reports and what becomes of its phones (contract 1.6, 1.7, 4.3, 4.6, 4.7).
 *
 * @module
 */
import { closeForcibly, closeWholly } from "./close.ts";
import { complete } from "./complete.ts";
import { isErrorValue, PHONE_ERRORS } from "./contract/errors.ts";
import { tellButton, tellDevSpecific, tellEverybody, tellState } from "./deliver.ts";
import { type Exchange, type Phone, type Plugin, remark } from "./exchange.ts";
import { leaveRemains, SERVER_STATES, setConnected, takeIn, tellEverybodyState } from "./phones.ts";
import type { GoneCause, PluginEvents, PluginProcess } from "./ports.ts";

const FAILED = PHONE_ERRORS.OPERATIONFAILED.value;

/** Takes up a plugin's new process. What it reports after its end is dropped. */
export function attach(exchange: Exchange, plugin: Plugin, process: PluginProcess): PluginEvents {
  plugin.process = process;
  plugin.ready = false;
  exchange.history.note({ type: "pluginStarted", plugin: plugin.name });
  const running = () => plugin.process === process;
  /** The phone of a report that only an open phone may make (R12, R57). */
  const open = (id: string): Phone | undefined => {
    const phone = plugin.phones.get(id);
    return running() && phone?.session.state === "open" ? phone : undefined;
  };

  return {
    async addPhone(offered) {
      if (running()) await takeIn(exchange, plugin, offered);
    },
    async removePhone(id) {
      const phone = plugin.phones.get(id);
      if (running() && phone && !phone.removed) await remove(exchange, phone);
    },
    completed(requestId, result, message) {
      completed(exchange, plugin, { process, requestId, result, ...(message === undefined ? {} : { message }) });
    },
    state(id, states, detail) {
      const phone = open(id);
      if (phone === undefined) return 0;
      const told = tellState(exchange, phone, {
        states: states.filter((state) => !SERVER_STATES.includes(state)),
        ...(detail === undefined ? {} : { detail }),
      });
      // Nobody can mask it, and it concerns everybody (R82).
      if (states.includes("reinit")) tellEverybodyState(exchange, phone, { states: ["reinit"] });
      return told;
    },
    button(id, button, mode, state) {
      const phone = open(id);
      return phone ? tellButton(exchange, phone, { button, mode, state }) : 0;
    },
    devSpecific(id, params) {
      const phone = open(id);
      return phone ? tellDevSpecific(exchange, phone, params) : 0;
    },
    connected(id, connected) {
      const phone = plugin.phones.get(id);
      if (!running() || phone === undefined || phone.removed) return;
      phone.linked = connected;
      if (plugin.ready) setConnected(exchange, phone, connected, tellState);
    },
    forceClosing(id) {
      const phone = plugin.phones.get(id);
      if (!running() || phone === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const { state } = phone.session;
      if (state !== "open" && state !== "opening") return;
      phone.forceClosed = resolve;
      if (state === "open") closeForcibly(exchange, phone, "forcedClose", promise);
      else phone.leaving = promise;
    },
    forceClosed(id) {
      plugin.phones.get(id)?.forceClosed?.();
    },
    fault(fault) {
      if (running()) remark(exchange, { type: "pluginFault", plugin: plugin.name, detail: { fault } });
    },
    ready({ anew } = { anew: false }) {
      if (!running()) return;
      plugin.ready = true;
      exchange.history.note({ type: "pluginReady", plugin: plugin.name });
      for (const phone of plugin.phones.values()) {
        if (phone.offered) setConnected(exchange, phone, phone.linked, tellEverybodyState);
        else if (anew && !phone.removed) void remove(exchange, phone);
      }
    },
    async gone(cause, detail) {
      if (running()) await gone(exchange, plugin, { process, cause, detail });
    },
  };
}

function completed(
  exchange: Exchange,
  plugin: Plugin,
  { process, requestId, result, message }: {
    process: PluginProcess;
    requestId: number;
    result: number;
    message?: string;
  },
): void {
  const request = exchange.requests.get(requestId);
  if (request === undefined || request.end || request.dispatchedTo !== process) {
    remark(exchange, { type: "lateCompletion", plugin: plugin.name, result, detail: { requestId } });
    return;
  }
  const { closing } = request.handle.phone;
  const error = { result: isErrorValue(result) ? result : FAILED, ...(message === undefined ? {} : { message }) };
  if (result === 0) complete(exchange, request, { outcome: "succeeded", result });
  else if (closing) complete(exchange, request, { outcome: "aborted", ...error, cause: closing });
  else complete(exchange, request, { outcome: "failed", ...error });
}

async function remove(exchange: Exchange, phone: Phone): Promise<void> {
  phone.removed = true;
  phone.offered = false;
  await closeWholly(exchange, phone, "phoneRemoved");
  leaveRemains(exchange, phone);
  const { id, deviceId, plugin } = phone;
  await exchange.history.note({ type: "phoneRemoved", plugin: plugin.name, phone: id });
  if (deviceId !== undefined) tellEverybody(exchange, { type: "PHONE_REMOVE", phone: id, deviceId });
}

async function gone(
  exchange: Exchange,
  plugin: Plugin,
  { process, cause, detail }: { process: PluginProcess; cause: GoneCause; detail: string },
): Promise<void> {
  plugin.process = undefined;
  plugin.ready = false;
  const row = exchange.history.note({
    type: cause === "pluginStop" ? "pluginStopped" : "pluginFailed",
    plugin: plugin.name,
    detail: { cause, detail },
  });
  await Promise.all([row, ...[...plugin.phones.values()].map((phone) => lose(exchange, phone, { process, cause }))]);
}

/** Ends what a phone had under way with a process that is no more, with the truth. */
async function lose(
  exchange: Exchange,
  phone: Phone,
  { process, cause }: { process: PluginProcess; cause: GoneCause },
): Promise<void> {
  phone.offered = false;
  for (const request of phone.outstanding) {
    if (request.dispatchedTo === process) complete(exchange, request, { outcome: "lost", result: FAILED, cause });
    else if (request.dispatchedTo === undefined) request.stopped ??= { outcome: "aborted", cause };
  }
  phone.forceClosed?.();
  if (phone.session.state === "open") await closeForcibly(exchange, phone, cause, Promise.resolve());
  await setConnected(exchange, phone, false, tellEverybodyState);
}
