/**
 * The shape of what of a phone has changed, and the words that it is made of. It stands outside of `shapes/`, whose door
 * leads to all of them: a plugin's process needs this one, and is the lighter for it.
 *
 * @module
 */
import type { StateValues as Values } from "./events.ts";
import * as names from "./names.ts";
import type { GetterResults } from "./operations.ts";
import { about, either, exactly, integer, list, number, object, oneOf, optional, type Shape, text } from "./shape.ts";

/** What is counted. */
export const Count: Shape<number> = integer({ least: 0 });

/** The mode of a hookswitch device. */
export const HookSwitchMode: Shape<names.HookSwitchMode> = about(oneOf(names.HOOKSWITCH_MODES), {
  name: "HookSwitchMode",
  description: "The mode of a hookswitch device; `unknown` is a description, never a setting.",
});

/** The mode of a lamp. */
export const LampMode: Shape<names.LampMode> = about(either(oneOf(names.LAMP_MODES), number), {
  name: "LampMode",
  description:
    "The mode of a lamp, or a vendor's own: one bit of the high 16 of an unsigned 32-bit number. `dummy` and `unknown` are never settings.",
});

/** A volume or gain as a phone tells it. */
export const Level: Shape<number> = about(integer({ least: 0, most: 0xFFFF }), {
  name: "Level",
  description: "From silence to the maximum, linear.",
});

/** A ring pattern. */
export const RingMode: Shape<number> = about(Count, { description: "The ring pattern; 0 = not ringing." });

/** What a display shows. */
export const Display: Shape<GetterResults["getDisplay"]> = about(
  exactly<GetterResults["getDisplay"]>()(object({
    rows: about(list(text), { description: "Each of as many code points as the display has columns." }),
  })),
  { name: "Display", description: "What the display shows." },
);

/** What a lamp shows. */
export const Lamp: Shape<GetterResults["getLamp"]> = about(
  exactly<GetterResults["getLamp"]>()(object({ lamp: Count, mode: LampMode })),
  { name: "Lamp", examples: [{ lamp: 20, mode: "steady" }] },
);

/** What of a phone has a level, and its ring pattern. */
export const levels = {
  ringMode: optional(RingMode),
  ringVolume: optional(Level),
  handsetVolume: optional(Level),
  handsetGain: optional(Level),
  speakerVolume: optional(Level),
  speakerGain: optional(Level),
  headsetVolume: optional(Level),
  headsetGain: optional(Level),
};

/** New values, by the states that tell of them. */
export const StateValues: Shape<Values> = about(
  exactly<Values>()(object({
    display: optional(Display),
    lamp: optional(Lamp),
    ...levels,
    handsetHookSwitch: optional(HookSwitchMode),
    speakerHookSwitch: optional(HookSwitchMode),
    headsetHookSwitch: optional(HookSwitchMode),
  })),
  { name: "StateValues", description: "The new values, each by the state that tells of it, where they are known." },
);
