/**
 * What both ends of a socket know: how methods are called, and why sockets are closed (api.md, section 3).
 *
 * @module
 */
import type { GetterName, OperationName } from "./operations.ts";

/**
 * The method of an operation or getter: TAPI's own name.
 *
 * @example
 * ```ts
 * import { methodName } from "./socket.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(methodName("setLamp"), "phoneSetLamp");
 * ```
 */
export function methodName(name: OperationName | GetterName): string {
  return `phone${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** How the server closes a socket: the code and the words. */
export const SOCKET_CLOSES = {
  done: { code: 1000, reason: "the application has ended" },
  stopping: { code: 1001, reason: "the server is stopping" },
  notText: { code: 1003, reason: "messages must be text" },
  tooLarge: { code: 1009, reason: "the message is too large" },
  fault: { code: 1011, reason: "the server has a fault" },
  resumedElsewhere: { code: 4001, reason: "resumed elsewhere" },
  revoked: { code: 4003, reason: "the token was revoked" },
  loggedOut: { code: 4004, reason: "the session was ended" },
  expired: { code: 4005, reason: "the token has expired" },
  rotated: { code: 4006, reason: "the token has another secret now" },
  tooSlow: { code: 4008, reason: "reads too slowly" },
} as const;
