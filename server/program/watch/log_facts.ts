/**
 * The facts of the history and the requests, as lines of the log.
 *
 * @module
 */
import type { LogLevel } from "@logtape/logtape";
import type { AnyFact, Fact, FactDetail, FactType } from "../../core/contract/facts.ts";
import type { History, Observer } from "../../core/mod.ts";
import { logOf, logOfPlugin, type Room } from "./log.ts";

/**
 * Those that an operator hears of at any rate. Of a plugin that fails the host has written already, with its last
 * words; everything else is what applications do.
 */
const LEVELS: Partial<Record<FactType, LogLevel>> = {
  serverStarted: "info",
  serverStopped: "info",
  pluginReady: "info",
  pluginStopped: "info",
};

/** A history that tells of each fact before it takes it. */
export function tellingFacts(history: History, tell: (fact: Fact) => void): History {
  return {
    get trouble() {
      return history.trouble;
    },
    accept: (row) => history.accept(row),
    complete: (row) => history.complete(row),
    withdraw: (requestId) => history.withdraw(requestId),
    note(fact, options) {
      tell(fact);
      return history.note(fact, options);
    },
  };
}

/** Writes a fact. */
export function logFact(fact: Fact): void {
  const { type, plugin, detail, ...fields }: AnyFact = fact;
  const level = LEVELS[type] ?? "debug";
  const ofPlugin = type.startsWith("plugin") && plugin !== undefined;
  const logger = ofPlugin ? logOfPlugin(plugin) : logOf(roomOf(type));
  if (!logger.isEnabledFor(level)) return;
  const message = type.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  logger.emit({
    level,
    message: [message],
    rawMessage: message,
    timestamp: Date.now(),
    properties: {
      ...(!ofPlugin && plugin !== undefined && { plugin }),
      ...fields,
      ...(fact.type === "callRefused" ? withoutWords(fact.detail) : detail),
    },
  });
}

/** A refusal's words quote what was sent, and that may be as secret as the parameters of a request. */
function withoutWords({ detail: _, ...rest }: FactDetail<"callRefused">): object {
  return rest;
}

function roomOf(type: FactType): Room {
  if (type.startsWith("server")) return "server";
  return type.endsWith("Refused") || type.startsWith("token") ? "http" : "core";
}

/**
 * Writes of each request, if the log is as talkative as that; undefined otherwise, so that the hot path does not ask
 * each time.
 */
export function requestLog(): Observer | undefined {
  const log = logOf("core");
  if (!log.isEnabledFor("debug")) return undefined;
  return {
    taken: (request) => ({
      accepted: (requestId) => log.debug("request accepted", { requestId, ...request }),
      completed({ requestId, outcome, cause, takenAt, completedAt }) {
        const ms = Math.round((completedAt - takenAt) * 1_000) / 1_000;
        log.debug("request completed", { requestId, ...request, outcome, ...(cause !== undefined && { cause }), ms });
      },
    }),
  };
}
