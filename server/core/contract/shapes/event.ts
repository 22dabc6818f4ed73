/**
 * The messages that an application is sent.
 *
 * @module
 */
import type { PhoneEvent } from "../events.ts";
import {
  about,
  either,
  exactly,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from "../shape.ts";
import { StateValues } from "../state_values.ts";
import {
  ButtonMode,
  ButtonState,
  Bytes,
  Cause,
  Count,
  ErrorCode,
  HandleId,
  Outcome,
  PhoneName,
  PhoneState,
  Result,
  Seq,
  Time,
} from "./names.ts";

const place = integer({ least: 1 });
const head = <const Type extends PhoneEvent["type"]>(type: Type) => ({
  seq: about(place, { description: "Its place in the application's order: it rises strictly." }),
  type: oneOf([type]),
  at: Time,
});

/** Every message, by its type. */
export const EVENTS: { readonly [Type in PhoneEvent["type"]]: Shape<PhoneEvent<Type>> } = {
  PHONE_REPLY: about(
    exactly<PhoneEvent<"PHONE_REPLY">>()(object({
      ...head("PHONE_REPLY"),
      requestId: Seq,
      handle: HandleId,
      result: Result,
      code: optional(ErrorCode),
      outcome: Outcome,
      cause: optional(Cause),
      message: optional(about(text, { description: "The driver's own words for its error." })),
      reference: optional(about(text, { description: "The application's own word for the request." })),
    })),
    { name: "PHONE_REPLY", description: "A request has ended. Never before the answer that carries its id." },
  ),
  PHONE_STATE: about(
    exactly<PhoneEvent<"PHONE_STATE">>()(object({
      ...head("PHONE_STATE"),
      handle: about(nullable(HandleId), { description: "null for what concerns every application." }),
      phone: PhoneName,
      states: list(PhoneState),
      detail: optional(about(either(number, text), { description: "For a single state: a count, a lamp, a mode." })),
      values: optional(StateValues),
    })),
    { name: "PHONE_STATE", description: "Something about a phone has changed." },
  ),
  PHONE_BUTTON: about(
    exactly<PhoneEvent<"PHONE_BUTTON">>()(object({
      ...head("PHONE_BUTTON"),
      handle: HandleId,
      phone: PhoneName,
      button: Count,
      mode: ButtonMode,
      state: ButtonState,
      heldMs: optional(about(Count, {
        description: "Of an `up` whose `down` was seen: for how many milliseconds it was held.",
      })),
    })),
    { name: "PHONE_BUTTON", description: "A button went down or up." },
  ),
  PHONE_CLOSE: about(
    exactly<PhoneEvent<"PHONE_CLOSE">>()(
      object({ ...head("PHONE_CLOSE"), handle: HandleId, phone: PhoneName, cause: Cause }),
    ),
    { name: "PHONE_CLOSE", description: "A handle was closed, and not by its application." },
  ),
  PHONE_DEVSPECIFIC: about(
    exactly<PhoneEvent<"PHONE_DEVSPECIFIC">>()(
      object({ ...head("PHONE_DEVSPECIFIC"), handle: HandleId, phone: PhoneName, params: Bytes }),
    ),
    { name: "PHONE_DEVSPECIFIC", description: "A message of the phone's vendor." },
  ),
  PHONE_CREATE: about(
    exactly<PhoneEvent<"PHONE_CREATE">>()(object({ ...head("PHONE_CREATE"), phone: PhoneName, deviceId: Count })),
    { name: "PHONE_CREATE", description: "There is a new phone." },
  ),
  PHONE_REMOVE: about(
    exactly<PhoneEvent<"PHONE_REMOVE">>()(object({ ...head("PHONE_REMOVE"), phone: PhoneName, deviceId: Count })),
    { name: "PHONE_REMOVE", description: "A phone is gone for good." },
  ),
  GAP: about(
    exactly<PhoneEvent<"GAP">>()(object({ ...head("GAP"), from: place, to: place })),
    { name: "GAP", description: "The events of these numbers are held no longer." },
  ),
};
