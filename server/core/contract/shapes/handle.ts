/**
 * Handles, as they are answered.
 *
 * @module
 */
import type { HeldHandle } from "../application.ts";
import type { Masks as HandleMasks } from "../events.ts";
import type { Closed } from "../phone.ts";
import { about, exactly, flag, list, object, type Shape } from "../shape.ts";
import { ButtonMode, ButtonState, Count, HandleId, PhoneName, PhoneState, Privilege } from "./names.ts";

/** A handle of an application. */
export const Held: Shape<HeldHandle> = exactly<HeldHandle>()(
  object({ handle: HandleId, phone: PhoneName, privilege: Privilege }),
);

/** A phone that has been opened. */
export const OpenedHandle: Shape<HeldHandle> = about(Held, {
  name: "OpenedHandle",
  examples: [{ handle: "q3w7m1c2Qe2bXoG1n5m0Vw", phone: "virtual:desk-1", privilege: "owner" }],
});

/** A handle that has been closed. */
export const ClosedHandle: Shape<Closed> = about(
  exactly<Closed>()(object({
    handle: HandleId,
    lastHandle: about(flag, { description: "Whether it was the phone's only one, so that the phone was closed." }),
    completed: about(Count, { description: "How many outstanding requests the close completed." }),
  })),
  {
    name: "ClosedHandle",
    examples: [{ handle: "q3w7m1c2Qe2bXoG1n5m0Vw", lastHandle: true, completed: 0 }],
  },
);

/** What a handle wants to hear. */
export const Masks: Shape<HandleMasks> = about(
  exactly<HandleMasks>()(object({
    states: about(list(PhoneState), { description: "Which PHONE_STATE events it hears." }),
    buttonModes: about(list(ButtonMode), { description: "Of which kinds of buttons it hears PHONE_BUTTON." }),
    buttonStates: about(list(ButtonState), { description: "Of which changes it hears PHONE_BUTTON." }),
  })),
  {
    name: "Masks",
    description: "What a handle hears.",
    examples: [{ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up", "down"] }],
  },
);
