/**
 * `switchroom/client`: drive telephones from Deno, Node 22 and browsers, and call a server as its operator or auditor.
 *
 * ```ts ignore
 * import { connect } from "switchroom/client";
 *
 * await using application = await connect("http://127.0.0.1:8274", { name: "doorbell", token });
 * await using phone = await application.open("virtual:desk-1", { privilege: "owner" });
 * const { id: lamp } = await phone.button("msgIndicator");
 * await phone.setLamp({ lamp, mode: "flash" });
 *
 * await phone.setStatusMessages({ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["down"] });
 * for await (const event of phone.events()) console.log(event.type);
 * ```
 *
 * Whatever a server says is checked by the shapes that its documents are made from. Nothing here is imported by a bare
 * name, `@std` neither: Node runs these files as they stand, and has no import map that would say where such a name
 * leads.
 *
 * @module
 */
export type { Application } from "./application.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export {
  ApplicationEnded,
  CallRefused,
  NotSucceeded,
  PhoneClosed,
  ServerUnreachable,
  UnexpectedAnswer,
} from "./errors.ts";
export type { Abandonable, AskedRequest, AskOptions, Operations, OperationsOf, Phone } from "./phone.ts";
export type { Reply, Success } from "./replies.ts";
export {
  type CheckQuery,
  type EventQuery,
  type ExportOptions,
  type ExportQuery,
  type ListOptions,
  type RequestQuery,
  type Server,
  serverAt,
  type ServerOptions,
} from "./server.ts";
export { PHONE_ERRORS, PhoneError, type PhoneErrorCode, type PhoneErrorName } from "../core/contract/errors.ts";
export type { ApplicationSummary, HeldHandle } from "../core/contract/application.ts";
export type * from "../core/contract/capabilities.ts";
export type * from "../core/contract/events.ts";
export type {
  DamagedEvent,
  FactDetail,
  FactField,
  FactFields,
  FactType,
  HistoryEvent,
} from "../core/contract/facts.ts";
export type { Feature } from "../core/contract/features.ts";
export type { Health, PluginHealth } from "../core/contract/health.ts";
export type { Checkpoint, ExportFormat, KeptCheckpoint, Verdict } from "../core/contract/history.ts";
export type { LogLevel, LogLine, Permissions, PluginState, PluginView } from "../core/contract/managed_plugin.ts";
export type * from "../core/contract/names.ts";
export type * from "../core/contract/operations.ts";
export type * from "../core/contract/phone.ts";
export type * from "../core/contract/record.ts";
export type { MadeToken, RotationSpec, Scope, TokenSpec, TokenView } from "../core/contract/token.ts";
