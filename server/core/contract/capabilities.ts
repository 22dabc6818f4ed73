/**
 * What a phone can do (PHONECAPS, contract 6.1).
 *
 * @module
 */
import type { DeviceCapabilities } from "./device_capabilities.ts";
import type { Feature } from "./features.ts";

export type { ButtonCapability, HookSwitchCapability } from "./device_capabilities.ts";

/** What a phone can do, whole (PHONECAPS, contract 6.1). */
export interface PhoneCapabilities extends DeviceCapabilities {
  /** What can be used at all. */
  features: Feature[];
}
