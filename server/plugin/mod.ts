/**
 * The SDK: what a plugin's author imports as `switchroom/plugin`.
 *
 * @example A whole plugin
 * ```ts
 * import { definePlugin, PhoneError } from "switchroom/plugin";
 *
 * export default definePlugin((host) => ({
 *   async start() {
 *     await host.addPhone({
 *       id: "door",
 *       name: "Door phone",
 *       capabilities: { states: ["lamp"], buttons: [{ id: 0, mode: "feature", lampModes: ["off", "steady"] }] },
 *     }, {
 *       setLamp({ lamp, mode }, { signal }) {
 *         if (signal.aborted) throw new PhoneError("OPERATIONFAILED", "Given up");
 *         host.log(`lamp ${lamp} is ${mode}`);
 *       },
 *     });
 *   },
 * }));
 * ```
 *
 * @module
 */
export type { CurrentCapabilities, PartialButton, PartialCapabilities } from "./capabilities.ts";
export { definePlugin, type Plugin, type PluginDefinition, type PluginFactory } from "./define_plugin.ts";
export type {
  Driver,
  DriverAnswer,
  DriverContext,
  DriverGetters,
  DriverOperations,
  DriverParameters,
  DriverResults,
  DriverStatus,
  OrderedOperation,
} from "./driver.ts";
export type { Host, Logger, NewPhone } from "./host.ts";
export type { Phone } from "./phone.ts";
export { PluginUnavailable } from "./unavailable.ts";
export type { StateValues, Wanted } from "../core/contract/events.ts";
export type { ButtonCapability, HookSwitchCapability, PhoneCapabilities } from "../core/contract/capabilities.ts";
export { PHONE_ERRORS, PhoneError, type PhoneErrorCode, type PhoneErrorName } from "../core/contract/errors.ts";
export { type Feature, FEATURES } from "../core/contract/features.ts";
export * from "../core/contract/names.ts";
export {
  type GetterName,
  type GetterParameters,
  type GetterResults,
  GETTERS,
  type OperationName,
  type OperationParameters,
  OPERATIONS,
  type PhoneStatus,
} from "../core/contract/operations.ts";
export { BoundedMap, pause, SerialQueue, unlessAborted } from "../tools/mod.ts";
