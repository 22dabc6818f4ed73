/**
 * What is measured of the rooms when somebody asks: nothing is kept, each room is looked at in that moment.
 *
 * @module
 */
import { Counter, Gauge, type Registry } from "prom-client";
import type { Census, Core } from "../../core/core.ts";
import type { OpenHistory } from "../../history/mod.ts";
import { PLUGIN_STATES } from "../../core/contract/managed_plugin.ts";
import type { Host } from "../../host/mod.ts";
import type { HttpServer } from "../../http/mod.ts";

/** The rooms that are looked at. */
export interface Rooms {
  core: Pick<Core, "census">;
  host: Pick<Host, "states">;
  opened: Pick<OpenHistory, "history" | "waiting">;
  server: Pick<HttpServer, "sockets">;
}

/** Registers what the rooms can be asked. */
export function measureRooms(registry: Registry, { core, host, opened, server }: Rooms): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });

  const census = (name: string, help: string, of: keyof Census) => gauge(name, help, () => core.census()[of]);
  census(
    "switchroom_requests_in_flight",
    "Requests that were taken and whose completions are not on disk.",
    "requests",
  );
  census("switchroom_applications", "Applications.", "applications");
  census("switchroom_handles", "Open handles.", "handles");
  census("switchroom_event_streams", "Applications whose events are being read, by stream or socket.", "streams");
  census("switchroom_phones", "Phones that are there.", "phones");
  census("switchroom_phones_connected", "Phones whose link stands.", "connectedPhones");

  gauge("switchroom_sockets", "Open sockets.", () => server.sockets());
  gauge("switchroom_history_rows_waiting", "Rows that wait for the disk.", () => opened.waiting());
  gauge(
    "switchroom_history_trouble",
    "1 while nothing can be accepted because the history cannot be written or is behind, otherwise 0.",
    () => opened.history.trouble === undefined ? 0 : 1,
  );
  measurePlugins(registry, host);
}

function measurePlugins(registry: Registry, host: Rooms["host"]): void {
  const registers = [registry];
  new Gauge({
    name: "switchroom_plugins",
    help: "Plugins, by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const states = host.states();
      // Each state is shown, also with no plugin in it.
      for (const state of PLUGIN_STATES) this.set({ state }, states.filter((plugin) => plugin.state === state).length);
    },
  });
  const labelNames = ["plugin"];
  const each = (name: string, help: string, of: "rssBytes" | "cpu" | "lagMs", unit = 1) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const plugin of host.states()) this.set({ plugin: plugin.name }, plugin[of] * unit);
      },
    });
  each("switchroom_plugin_resident_memory_bytes", "Resident memory of a plugin; 0 without a process.", "rssBytes");
  each("switchroom_plugin_cpu_ratio", "Processor time of a plugin as a part of one processor.", "cpu");
  each("switchroom_plugin_loop_lag_seconds", "How late the timers of a plugin last were.", "lagMs", 0.001);
  new Counter({
    name: "switchroom_plugin_restarts_total",
    help: "Processes of a plugin that were started after its first.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { name, restarts } of host.states()) this.inc({ plugin: name }, restarts);
    },
  });
}
