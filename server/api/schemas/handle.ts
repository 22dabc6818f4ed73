/**
 * Handles, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import type { Closed } from "../../core/contract/phone.ts";
import type { Masks as HandleMasks } from "../../core/contract/events.ts";
import { schemaOf } from "./agree.ts";
import { ButtonMode, ButtonState, HandleId, PhoneName, PhoneState, Privilege } from "./names.ts";

/** A phone that has been opened. */
export const OpenedHandle = z.object({ handle: HandleId, phone: PhoneName, privilege: Privilege }).meta({
  id: "OpenedHandle",
  examples: [{ handle: "q3w7m1c2Qe2bXoG1n5m0Vw", phone: "virtual:desk-1", privilege: "owner" }],
});

/** A handle that has been closed. */
export const ClosedHandle = schemaOf<Closed>()(
  z.object({
    handle: HandleId,
    lastHandle: z.boolean().meta({ description: "Whether it was the phone's only one, so that the phone was closed." }),
    completed: z.int().min(0).meta({ description: "How many outstanding requests the close completed." }),
  }).meta({
    id: "ClosedHandle",
    examples: [{ handle: "q3w7m1c2Qe2bXoG1n5m0Vw", lastHandle: true, completed: 0 }],
  }),
);

/** What a handle wants to hear. */
export const Masks = schemaOf<HandleMasks>()(
  z.object({
    states: z.array(PhoneState).meta({ description: "Which PHONE_STATE events it hears." }),
    buttonModes: z.array(ButtonMode).meta({ description: "Of which kinds of buttons it hears PHONE_BUTTON." }),
    buttonStates: z.array(ButtonState).meta({ description: "Of which changes it hears PHONE_BUTTON." }),
  }).meta({
    id: "Masks",
    description: "What a handle hears.",
    examples: [{ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up", "down"] }],
  }),
);
