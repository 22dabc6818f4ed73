/**
 * The messages that an application is sent.
 *
 * @module
 */
import { z } from "zod";
import type { PhoneEvent } from "../../core/contract/events.ts";
import { schemaOf } from "./agree.ts";
import {
  ButtonMode,
  ButtonState,
  Bytes,
  Cause,
  ErrorCode,
  HandleId,
  Outcome,
  PhoneName,
  PhoneState,
  Result,
  Seq,
  Time,
} from "./names.ts";

type EventOf<Type> = Extract<PhoneEvent, { type: Type }>;

const place = z.int().positive();
const head = <const Type extends PhoneEvent["type"]>(type: Type) => ({
  seq: place.meta({ description: "Its place in the application's order: it rises strictly." }),
  type: z.literal(type),
  at: Time,
});
const deviceId = z.int().min(0);

/** Every message, by its type. */
export const EVENTS = {
  PHONE_REPLY: schemaOf<EventOf<"PHONE_REPLY">>()(
    z.object({
      ...head("PHONE_REPLY"),
      requestId: Seq,
      handle: HandleId,
      result: Result,
      code: ErrorCode.exactOptional(),
      outcome: Outcome,
      cause: Cause.exactOptional(),
      message: z.string().exactOptional().meta({ description: "The driver's own words for its error." }),
      reference: z.string().exactOptional().meta({ description: "The application's own word for the request." }),
    }).meta({ id: "PHONE_REPLY", description: "A request has ended. Never before the answer that carries its id." }),
  ),
  PHONE_STATE: schemaOf<EventOf<"PHONE_STATE">>()(
    z.object({
      ...head("PHONE_STATE"),
      handle: HandleId.nullable().meta({ description: "null for what concerns every application." }),
      phone: PhoneName,
      states: z.array(PhoneState),
      detail: z.union([z.number(), z.string()]).exactOptional().meta({
        description: "For a single state: a count, a lamp, a mode.",
      }),
    }).meta({ id: "PHONE_STATE", description: "Something about a phone has changed." }),
  ),
  PHONE_BUTTON: schemaOf<EventOf<"PHONE_BUTTON">>()(
    z.object({
      ...head("PHONE_BUTTON"),
      handle: HandleId,
      phone: PhoneName,
      button: z.int().min(0),
      mode: ButtonMode,
      state: ButtonState,
    }).meta({ id: "PHONE_BUTTON", description: "A button went down or up." }),
  ),
  PHONE_CLOSE: schemaOf<EventOf<"PHONE_CLOSE">>()(
    z.object({ ...head("PHONE_CLOSE"), handle: HandleId, phone: PhoneName, cause: Cause }).meta({
      id: "PHONE_CLOSE",
      description: "A handle was closed, and not by its application.",
    }),
  ),
  PHONE_DEVSPECIFIC: schemaOf<EventOf<"PHONE_DEVSPECIFIC">>()(
    z.object({ ...head("PHONE_DEVSPECIFIC"), handle: HandleId, phone: PhoneName, params: Bytes }).meta({
      id: "PHONE_DEVSPECIFIC",
      description: "A message of the phone's vendor.",
    }),
  ),
  PHONE_CREATE: schemaOf<EventOf<"PHONE_CREATE">>()(
    z.object({ ...head("PHONE_CREATE"), phone: PhoneName, deviceId }).meta({
      id: "PHONE_CREATE",
      description: "There is a new phone.",
    }),
  ),
  PHONE_REMOVE: schemaOf<EventOf<"PHONE_REMOVE">>()(
    z.object({ ...head("PHONE_REMOVE"), phone: PhoneName, deviceId }).meta({
      id: "PHONE_REMOVE",
      description: "A phone is gone for good.",
    }),
  ),
  GAP: schemaOf<EventOf<"GAP">>()(
    z.object({ ...head("GAP"), from: place, to: place }).meta({
      id: "GAP",
      description: "The events of these numbers are held no longer.",
    }),
  ),
} satisfies Record<PhoneEvent["type"], z.ZodType>;
