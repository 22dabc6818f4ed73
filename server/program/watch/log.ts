/**
 * The log: what an operator reads, one line a fact, on standard error.
 *
 * A category is `switchroom` and the room: `server`, `core`, `http`, `history`, or `plugin` and its name. At the level
 * `info` nothing is said of ordinary calls; `debug` tells of each application, handle and request.
 *
 * @module
 */
import { configureSync, getConfig, getLogger, type Logger } from "@logtape/logtape";
import type { Checkpoint } from "../../core/contract/history.ts";
import { printable } from "../../core/contract/text.ts";
import type { ChainState, HistoryWatch, Migrating } from "../../history/mod.ts";
import type { LogEntry } from "../../host/mod.ts";
import { FORMATS } from "./log_format.ts";

/** How the log is written. */
export interface LogOptions {
  /** What is less urgent is left out. */
  level: "debug" | "info" | "warning" | "error";
  /** `auto` is text. */
  format: "auto" | "text" | "json";
}

/** Where a line comes from. */
export type Room = "server" | "core" | "http" | "history";

/** Begins to write the log; what is logged before is dropped. */
export function startLog({ level, format }: LogOptions): void {
  const line = FORMATS[format === "json" ? "json" : "text"];
  configureSync({
    reset: true,
    sinks: { stderr: (record) => console.error(line(record)) },
    loggers: [
      { category: "switchroom", lowestLevel: level, sinks: ["stderr"] },
      // The library's own words, of which only its faults concern an operator.
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
}

/** The log of a room. */
export function logOf(room: Room): Logger {
  return getLogger(["switchroom", room]);
}

/** The log of a plugin. */
export function logOfPlugin(name: string): Logger {
  return getLogger(["switchroom", "plugin", name]);
}

/** Writes a line of a plugin, or of the host about it or itself. */
export function logEntry({ plugin, level, text }: LogEntry): void {
  const logger = plugin === "" ? logOf("server") : logOfPlugin(plugin);
  // Not as a message with placeholders: what a plugin says may hold braces.
  logger.emit({
    level: level === "warn" ? "warning" : level,
    message: [text],
    rawMessage: text,
    timestamp: Date.now(),
    properties: {},
  });
}

/** Writes of a fault of ours that costs no more than one call. */
export function logFault(error: unknown, where: string): void {
  logOf("http").error("internal error", { where, error: wordsOfFault(error) });
}

/** Writes that somebody seems to guess tokens: the history tells of it only when the minute is over. */
export function logSlowed(address = "many addresses"): void {
  logOf("http").warning("too many wrong tokens within a minute; further ones are told to wait", { address });
}

/** Writes that a client got less than it asked for. */
export function logBrokenOff(why: string): void {
  logOf("http").warning("an answer was broken off", { why });
}

/** Writes why the start takes so long: nobody can ask `readyz` meanwhile. */
export function logMigrating({ names, bytes }: Migrating): void {
  logOf("history").info("migrating: it is copied to backups first, and nothing listens before it has ended", {
    migrations: names.join(" "),
    bytes,
  });
}

/** Writes that the whole chain was checked, or why it could not be; that it is broken is a fact, and told as one. */
export function logChain({ broken, checked, failed }: ChainState): void {
  if (failed !== undefined) logOf("history").warning("the chain could not be checked", { reason: failed });
  else if (broken === undefined) {
    logOf("history").debug("the chain is whole", { blocks: checked?.blocks, rows: checked?.rows });
  }
}

/** Writes a checkpoint, for whoever keeps the log elsewhere. */
export function logCheckpoint(checkpoint: Checkpoint): void {
  logOf("history").info("checkpoint", { ...checkpoint });
}

/** Writes why there is none. */
export function logNoCheckpoint(reason: string): void {
  logOf("history").warning("no checkpoint could be made", { reason });
}

/** Writes why the process ends, also where no log has been started. */
export function logLastWords(error: unknown): void {
  const words = wordsOfFault(error);
  if (getConfig() === null) console.error(printable(`switchroom: internal error: ${words}`));
  else logOf("server").fatal("internal error", { error: words });
}

function wordsOfFault(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Writes when the history cannot be written, and when it can be again. */
export const historyLog: HistoryWatch = {
  committed() {},
  failed: (reason) => logOf("history").error("nothing is accepted now", { reason }),
  resumed: () => logOf("history").info("writing works again"),
  held(log) {
    if (log === undefined) logOf("history").info("the write-ahead log can be cut back again");
    else logOf("history").warning("somebody reads all the while: the write-ahead log cannot be cut back", { ...log });
  },
};
