/**
 * What is measured of the rooms when somebody asks: nothing is kept, each room is looked at in that moment.
 *
 * @module
 */
import type { Checkpoints } from "../../checkpoints/mod.ts";
import { PLUGIN_STATES } from "../../core/contract/managed_plugin.ts";
import type { Census, Operator } from "../../core/mod.ts";
import type { OpenHistory } from "../../history/mod.ts";
import type { Host } from "../../host/mod.ts";
import type { HttpServer } from "../../http/mod.ts";
import type { Prometheus } from "./metrics_shown.ts";

/** The rooms that are looked at. */
export interface Rooms {
  operator: Pick<Operator, "census">;
  host: Pick<Host, "conditions">;
  opened: Pick<OpenHistory, "chain" | "heldLog" | "history" | "waiting">;
  checkpoints: Pick<Checkpoints, "states">;
  server: Pick<HttpServer, "sockets">;
}

/** Registers what the rooms say of themselves. */
export function showRooms(prometheus: Prometheus, { operator, host, opened, checkpoints, server }: Rooms): void {
  const { Gauge, registers } = prometheus;
  const gauge = (name: string, { help, value }: { help: string; value: () => number }) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });

  const census = (of: keyof Census, { name, help }: { name: string; help: string }) =>
    gauge(name, { help, value: () => operator.census()[of] });
  census("requests", {
    name: "switchroom_requests_in_flight",
    help: "Requests that were taken and whose completions are not on disk.",
  });
  census("applications", { name: "switchroom_applications", help: "Applications." });
  census("handles", { name: "switchroom_handles", help: "Open handles." });
  census("streams", {
    name: "switchroom_event_streams",
    help: "Applications whose events are being read, by stream or socket.",
  });
  census("phones", { name: "switchroom_phones", help: "Phones that are there." });
  census("connectedPhones", { name: "switchroom_phones_connected", help: "Phones whose link stands." });

  gauge("switchroom_sockets", { help: "Open sockets.", value: () => server.sockets() });
  gauge("switchroom_history_rows_waiting", { help: "Rows that wait for the disk.", value: () => opened.waiting() });
  gauge("switchroom_history_log_held_bytes", {
    help: "What cannot be moved out of the write-ahead log since somebody reads all the while; 0 while that is little.",
    value: () => opened.heldLog()?.bytes ?? 0,
  });
  gauge("switchroom_history_chain_broken", {
    help:
      "1 once something in the history was found not to be as it was written, by a check or by reading, otherwise 0.",
    value: () => opened.chain().broken === undefined ? 0 : 1,
  });
  gauge("switchroom_history_chain_blocks_checked", {
    help: "Blocks, from the first on, that the last check of the whole chain found right; 0 before it has ended.",
    value: () => opened.chain().checked?.blocks ?? 0,
  });
  gauge("switchroom_history_chain_checked_timestamp_seconds", {
    help: "When the last check of the whole chain ended, in seconds since 1970; 0 before.",
    value: () => (opened.chain().checked?.at ?? 0) / 1_000,
  });
  gauge("switchroom_history_trouble", {
    help: "1 while nothing can be accepted because the history cannot be written or is behind, otherwise 0.",
    value: () => opened.history.trouble === undefined ? 0 : 1,
  });
  showCheckpoints(prometheus, checkpoints);
  showPlugins(prometheus, host);
}

function showCheckpoints({ Counter, Gauge, registers }: Prometheus, checkpoints: Rooms["checkpoints"]): void {
  new Counter({
    name: "switchroom_checkpoints_total",
    help: "Attempts to bring a checkpoint to a target of the configuration, by how they ended: taken or failed.",
    labelNames: ["target", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const { target, taken, failed } of checkpoints.states) {
        this.inc({ target, outcome: "taken" }, taken);
        this.inc({ target, outcome: "failed" }, failed);
      }
    },
  });
  new Gauge({
    name: "switchroom_checkpoint_failing",
    help: "1 while the last attempt to bring a checkpoint to a target has failed, otherwise 0.",
    labelNames: ["target"],
    registers,
    collect() {
      for (const { target, failing } of checkpoints.states) this.set({ target }, failing ? 1 : 0);
    },
  });
}

function showPlugins({ Counter, Gauge, registers }: Prometheus, host: Rooms["host"]): void {
  new Gauge({
    name: "switchroom_plugins",
    help: "Plugins, by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const conditions = host.conditions();
      // Each state is shown, also with no plugin in it.
      for (const state of PLUGIN_STATES) {
        this.set(
          { state },
          conditions.filter((plugin) => plugin.state === state).length,
        );
      }
    },
  });
  const labelNames = ["plugin"];
  const each = (
    of: "rssBytes" | "cpu" | "lagMs",
    { unit = 1, ...description }: { name: string; help: string; unit?: number },
  ) =>
    new Gauge({
      ...description,
      labelNames,
      registers,
      collect() {
        for (const plugin of host.conditions()) this.set({ plugin: plugin.name }, plugin[of] * unit);
      },
    });
  each("rssBytes", {
    name: "switchroom_plugin_resident_memory_bytes",
    help: "Resident memory of a plugin; 0 without a process.",
  });
  each("cpu", {
    name: "switchroom_plugin_cpu_ratio",
    help: "Processor time of a plugin as a part of one processor.",
  });
  each("lagMs", {
    name: "switchroom_plugin_loop_lag_seconds",
    help: "How late the timers of a plugin last were.",
    unit: 0.001,
  });
  new Counter({
    name: "switchroom_plugin_restarts_total",
    help:
      "Processes of a plugin that were started without a command, after one that ended by itself or could not start yet.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { name, restarts } of host.conditions()) this.inc({ plugin: name }, restarts);
    },
  });
}
