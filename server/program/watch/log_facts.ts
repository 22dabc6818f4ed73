/**
 * The facts of the history and the requests, as lines of the log.
 *
 * @module
 */
import type { LogLevel } from "@logtape/logtape";
import type { AnyFact, Fact, FactDetail, FactType } from "../../core/contract/facts.ts";
import type { Observer } from "../../core/mod.ts";
import { logOf, logOfPlugin, type Room } from "./log.ts";

/** What the history notes by itself: `historyLog` tells of it. */
type ToldElsewhere = "historyFailed" | "historyResumed";

/**
 * Where each fact is told, and how urgent it is: `info` is what an operator hears of at any rate. Of a plugin that
 * fails the host has written already, with its last words; everything else is what applications do.
 */
const LINES: Record<Exclude<FactType, ToldElsewhere>, { room: Room | "plugin"; level: LogLevel }> = {
  serverStarted: { room: "server", level: "info" },
  serverStopped: { room: "server", level: "info" },
  applicationStarted: { room: "core", level: "debug" },
  applicationMoved: { room: "core", level: "debug" },
  applicationEnded: { room: "core", level: "debug" },
  handleOpened: { room: "core", level: "debug" },
  handleClosed: { room: "core", level: "debug" },
  callRefused: { room: "http", level: "debug" },
  accessRefused: { room: "http", level: "debug" },
  historyRead: { room: "http", level: "debug" },
  tokenCreated: { room: "http", level: "debug" },
  tokenRotated: { room: "http", level: "debug" },
  tokenExpiring: { room: "http", level: "warning" },
  tokenExpired: { room: "http", level: "warning" },
  tokenRevoked: { room: "http", level: "debug" },
  pluginStarted: { room: "plugin", level: "debug" },
  pluginReady: { room: "plugin", level: "info" },
  pluginStopped: { room: "plugin", level: "info" },
  pluginFailed: { room: "plugin", level: "debug" },
  pluginGivenUp: { room: "plugin", level: "debug" },
  pluginRefused: { room: "plugin", level: "debug" },
  pluginFault: { room: "plugin", level: "debug" },
  pluginCommanded: { room: "plugin", level: "debug" },
  phoneAdded: { room: "core", level: "debug" },
  phoneChanged: { room: "core", level: "debug" },
  phoneRemoved: { room: "core", level: "debug" },
  phoneConnected: { room: "core", level: "debug" },
  phoneDisconnected: { room: "core", level: "debug" },
  phoneForceClosed: { room: "core", level: "debug" },
  phoneActivity: { room: "core", level: "debug" },
  lateCompletion: { room: "core", level: "debug" },
  clockJumped: { room: "server", level: "warning" },
  historyDamaged: { room: "history", level: "error" },
  historyAccepted: { room: "history", level: "warning" },
  checkpointFailed: { room: "history", level: "warning" },
  checkpointResumed: { room: "history", level: "info" },
};

/** Writes a fact. */
export function logFact(fact: Fact): void {
  if (fact.type === "historyFailed" || fact.type === "historyResumed") return;
  const { type, plugin, detail, ...fields }: AnyFact = fact;
  const { room, level } = LINES[fact.type];
  const ofPlugin = room === "plugin";
  const logger = ofPlugin ? logOfPlugin(plugin ?? "") : logOf(room);
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

/** What was sent, and a refusal's words that quote it, may be as secret as the parameters of a request. */
function withoutWords({ detail: _, params: __, ...rest }: FactDetail<"callRefused">): object {
  return rest;
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
