/**
 * `switchroom/client`: drive telephones from Deno, Node 22 and browsers.
 *
 * ```ts ignore
 * import { connect } from "switchroom/client";
 *
 * await using application = await connect("http://127.0.0.1:8274", { name: "doorbell", token });
 * await using phone = await application.open("virtual:desk-1", { privilege: "owner" });
 * const { outcome } = await phone.setLamp({ lamp: 20, mode: "flash" });
 *
 * await phone.setStatusMessages({ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["down"] });
 * for await (const event of phone.events()) console.log(event.type);
 * ```
 *
 * @module
 */
export { Application } from "./application.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { ApplicationEnded, CallRefused, PhoneClosed } from "./errors.ts";
export { type Abandonable, type AskedRequest, type AskOptions, Phone, type StatusMessages } from "./phone.ts";
export type { Reply } from "./replies.ts";
export { PHONE_ERRORS, PhoneError, type PhoneErrorCode, type PhoneErrorName } from "../core/contract/errors.ts";
export type * from "../core/contract/capabilities.ts";
export type * from "../core/contract/events.ts";
export type { Feature } from "../core/contract/features.ts";
export type * from "../core/contract/names.ts";
export type * from "../core/contract/operations.ts";
export type * from "../core/contract/phone.ts";
export type * from "../core/contract/record.ts";
