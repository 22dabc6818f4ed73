/**
 * Phones, as they are answered.
 *
 * @module
 */
import type {
  ButtonCapability as Button,
  HookSwitchCapability as HookSwitch,
  PhoneCapabilities,
} from "../capabilities.ts";
import type { PhoneView } from "../phone.ts";
import { about, exactly, flag, list, nullable, object, optional, type Shape, text } from "../shape.ts";
import {
  ButtonFunction,
  ButtonMode,
  Count,
  Device,
  Feature,
  HookSwitchMode,
  LampMode,
  PhoneName,
  PhoneState,
} from "./names.ts";

const HookSwitchCapability = about(
  exactly<HookSwitch>()(object({
    settable: about(list(HookSwitchMode), { description: "Modes that `setHookSwitch` can set." }),
    monitored: about(list(HookSwitchMode), { description: "Modes that are detected and reported." }),
  })),
  { name: "HookSwitchCapability", description: "The modes of one hookswitch device." },
);

const ButtonCapability = about(
  exactly<Button>()(object({
    id: about(Count, { description: "Names the button and its lamp." }),
    mode: ButtonMode,
    function: ButtonFunction,
    lampModes: about(list(LampMode), { description: 'What its lamp can show; `["dummy"]` without a lamp.' }),
    pressable: optional(
      about(flag, { description: 'Whether `devSpecific` with `{"press": ID}` as JSON in UTF-8 presses it.' }),
    ),
  })),
  { name: "ButtonCapability", description: "One button/lamp pair; a missing half has the mode `dummy`." },
);

/** PHONECAPS. */
export const Capabilities: Shape<PhoneCapabilities> = about(
  exactly<PhoneCapabilities>()(object({
    states: about(list(PhoneState), { description: "What PHONE_STATE events of the phone can say." }),
    hookSwitchDevices: list(Device),
    hookSwitchModes: object({
      handset: optional(HookSwitchCapability),
      speaker: optional(HookSwitchCapability),
      headset: optional(HookSwitchCapability),
    }),
    volumeDevices: about(list(Device), { description: "Devices whose speaker volume can be set." }),
    gainDevices: about(list(Device), { description: "Devices whose microphone gain can be set." }),
    readableVolumeDevices: about(list(Device), {
      description: "Devices whose speaker volume can be read, those whose volume can be set among them.",
    }),
    readableGainDevices: about(list(Device), {
      description: "Devices whose microphone gain can be read, those whose gain can be set among them.",
    }),
    display: about(object({ rows: Count, columns: Count }), { description: "Both 0 without one." }),
    ringModes: about(Count, { description: "Ring patterns besides silence; 0 = the ring cannot be controlled." }),
    buttons: list(ButtonCapability),
    setData: about(list(Count), { description: "Bytes of each area that can be written, by data id." }),
    getData: about(list(Count), { description: "Bytes of each area that can be read, by data id." }),
    features: list(Feature),
    deviceClasses: list(text),
    provider: about(text, { description: "About the plugin." }),
    phoneInfo: about(text, { description: "About the phone." }),
    permanentId: about(text, { description: "The plugin's stable name of the device, across runs." }),
    extension: about(text, { description: "Which dialect `devSpecific` speaks; empty if nobody says." }),
  })),
  { name: "Capabilities", description: "What a phone can do (PHONECAPS)." },
);

/** A phone. */
export const Phone: Shape<PhoneView> = about(
  exactly<PhoneView>()(object({
    phone: PhoneName,
    deviceId: about(Count, { description: "Its number in this run of the server." }),
    name: about(text, { description: "For people." }),
    plugin: text,
    connected: about(flag, { description: "Whether the link to the device stands." }),
    suspended: about(flag, {
      description: "Whether something else has the device to itself for a while: what needs it is refused meanwhile.",
    }),
    capabilities: Capabilities,
    owner: about(nullable(text), { description: "The owning application's name; null without an owner." }),
    monitors: about(Count, { description: "How many handles monitor it." }),
  })),
  { name: "Phone", description: "A phone, as anybody is shown it who may monitor." },
);

/** Every phone. */
export const Phones: Shape<{ phones: PhoneView[] }> = about(
  object({ phones: about(list(Phone), { description: "In the order of their device ids." }) }),
  { name: "Phones" },
);
