/**
 * Phones, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import type { PhoneCapabilities } from "../../core/contract/capabilities.ts";
import type { PhoneView } from "../../core/contract/phone.ts";
import { schemaOf } from "./agree.ts";
import {
  ButtonFunction,
  ButtonMode,
  Device,
  Feature,
  HookSwitchMode,
  LampMode,
  PhoneName,
  PhoneState,
} from "./names.ts";

const HookSwitchCapability = z.object({
  settable: z.array(HookSwitchMode).meta({ description: "Modes that `setHookSwitch` can set." }),
  monitored: z.array(HookSwitchMode).meta({ description: "Modes that are detected and reported." }),
}).meta({ id: "HookSwitchCapability", description: "The modes of one hookswitch device." });

const ButtonCapability = z.object({
  id: z.int().min(0).meta({ description: "Names the button and its lamp." }),
  mode: ButtonMode,
  function: ButtonFunction,
  lampModes: z.array(LampMode).meta({ description: 'What its lamp can show; `["dummy"]` without a lamp.' }),
}).meta({ id: "ButtonCapability", description: "One button/lamp pair; a missing half has the mode `dummy`." });

/** PHONECAPS. */
export const Capabilities = schemaOf<PhoneCapabilities>()(
  z.object({
    states: z.array(PhoneState).meta({ description: "What PHONE_STATE events of the phone can say." }),
    hookSwitchDevices: z.array(Device),
    hookSwitchModes: z.object({
      handset: HookSwitchCapability.exactOptional(),
      speaker: HookSwitchCapability.exactOptional(),
      headset: HookSwitchCapability.exactOptional(),
    }),
    volumeDevices: z.array(Device).meta({ description: "Devices whose speaker volume can be set." }),
    gainDevices: z.array(Device).meta({ description: "Devices whose microphone gain can be set." }),
    display: z.object({ rows: z.int().min(0), columns: z.int().min(0) }).meta({ description: "Both 0 without one." }),
    ringModes: z.int().min(0).meta({
      description: "Ring patterns besides silence; 0 = the ring cannot be controlled.",
    }),
    buttons: z.array(ButtonCapability),
    setData: z.array(z.int().min(0)).meta({ description: "Bytes of each area that can be written, by data id." }),
    getData: z.array(z.int().min(0)).meta({ description: "Bytes of each area that can be read, by data id." }),
    features: z.array(Feature),
    deviceClasses: z.array(z.string()),
    provider: z.string().meta({ description: "About the plugin." }),
    phoneInfo: z.string().meta({ description: "About the phone." }),
    permanentId: z.string().meta({ description: "The plugin's stable name of the device, across runs." }),
  }).meta({ id: "Capabilities", description: "What a phone can do (PHONECAPS)." }),
);

/** A phone. */
export const Phone = schemaOf<PhoneView>()(
  z.object({
    phone: PhoneName,
    deviceId: z.int().min(0).meta({ description: "Its number in this run of the server." }),
    name: z.string().meta({ description: "For people." }),
    plugin: z.string(),
    connected: z.boolean().meta({ description: "Whether the link to the device stands." }),
    capabilities: Capabilities,
    owner: z.string().nullable().meta({ description: "The owning application's name; null without an owner." }),
    monitors: z.int().min(0).meta({ description: "How many handles monitor it." }),
  }).meta({ id: "Phone", description: "A phone, as anybody is shown it who may monitor." }),
);

/** Every phone. */
export const Phones = z.object({
  phones: z.array(Phone).meta({ description: "In the order of their device ids." }),
}).meta({ id: "Phones" });
