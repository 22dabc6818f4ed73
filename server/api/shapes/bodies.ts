/**
 * What a call other than one of the nine operations may look like, whatever the transport.
 *
 * @module
 */
import { z } from "zod";
import { PHONE_GLOB, SCOPES, type TokenSpec } from "../../access/mod.ts";
import { LONGEST_OVERLAP, type RotationSpec } from "../../core/contract/token.ts";
import { isLabel, LABEL_RULE } from "../../core/contract/label.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES, PRIVILEGES } from "../../core/contract/names.ts";
import { allNamed, integer, must, named, text } from "./shape.ts";

/** What an application begins with. */
export const NewApplication = z.strictObject({
  name: text.meta({ description: "1 to 128 characters, for people." }),
  leaseSeconds: integer(5, 300).exactOptional().meta({
    description: "The application ends if nothing is heard of it for that long; 60 if left out.",
  }),
}).meta({ id: "NewApplication", examples: [{ name: "Reception", leaseSeconds: 60 }] });

/** What a phone is opened with. */
export const NewHandle = z.strictObject({
  phone: z.union([z.string(), z.int().nonnegative()], must("a phone's name or device id")).meta({
    description: "A phone's name or device id.",
  }),
  privilege: named(PRIVILEGES),
}).meta({ id: "NewHandle", examples: [{ phone: "virtual:desk-1", privilege: "owner" }] });

/** What a handle is to hear. */
export const NewMasks = z.strictObject({
  states: allNamed(PHONE_STATES),
  buttonModes: allNamed(BUTTON_MODES),
  buttonStates: allNamed(BUTTON_STATES),
}).meta({
  id: "NewMasks",
  description: "What a handle is to hear.",
  examples: [{ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up", "down"] }],
});

/** The most bytes that a getter of data gives, and what it gives unless asked for less. */
export const MOST_BYTES = 65_536;

const MOST_GLOBS = 64;

/** A glob of phones. */
export const phoneGlob: z.ZodString = text.regex(
  PHONE_GLOB,
  "must be a glob of phones: 1 to 128 letters, digits and ._~:-, with * and ?",
);

/** When a token is to end. */
const tokenEnd = z.iso.datetime({
  offset: true,
  ...must("a time of RFC 3339, such as 2027-03-01T00:00:00Z, or null for none"),
});

/** What is asked for with a new token. */
export const NewToken = z.strictObject({
  name: text.refine(isLabel, `must have ${LABEL_RULE}`).meta({
    description: "1 to 128 characters, for people.",
    minLength: 1,
  }),
  scopes: z.array(z.enum(SCOPES, must(`one of ${SCOPES.join(" ")}`)), must("an array of scopes"))
    .min(1, `must name at least one of ${SCOPES.join(" ")}`)
    .max(SCOPES.length, "names a scope twice")
    .meta({ description: "What it allows; `admin` implies every other." }),
  phones: z.array(phoneGlob, must("an array of globs, or null for every phone"))
    .min(1, "must name at least one glob; leave it out for every phone")
    .max(MOST_GLOBS, `must have at most ${MOST_GLOBS} globs`)
    .nullable().exactOptional()
    .meta({ description: "Globs of the phones that it may see, with `*` and `?`; every phone if left out." }),
  expiresAt: tokenEnd.nullable().exactOptional().meta({
    description: "When it ends by itself, within ten years; never if left out.",
  }),
}).meta({
  id: "NewToken",
  examples: [{ name: "front desk", scopes: ["phones:control"], phones: ["virtual:*"] }],
}) satisfies z.ZodType<TokenSpec>;

/** How a token is to be given another secret. */
export const TokenRotation = z.strictObject({
  overlapSeconds: integer(0, LONGEST_OVERLAP).exactOptional().meta({
    description: "For how long the secret before stays valid; 0 makes it void at once, and all before it. " +
      "An hour if left out, unless configured.",
  }),
  expiresAt: tokenEnd.nullable().exactOptional().meta({
    description: "When the token ends by itself from now on, within ten years, null for never; as it was if left out.",
  }),
}).meta({ id: "TokenRotation", examples: [{ overlapSeconds: 3_600 }] }) satisfies z.ZodType<RotationSpec>;
