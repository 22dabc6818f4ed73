/**
 * Applications, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import type { ApplicationSummary } from "../../core/mod.ts";
import type { Started } from "../calls.ts";
import { schemaOf } from "./agree.ts";
import { ApplicationId, HandleId, PhoneName, Privilege, TokenId } from "./names.ts";

/** An application that has begun. */
export const StartedApplication = schemaOf<Started>()(
  z.object({
    application: ApplicationId,
    leaseSeconds: z.int().min(5).max(300).meta({ description: "It ends if nothing is heard of it for that long." }),
    phoneCount: z.int().min(0).meta({ description: "Device ids go from 0 to one less." }),
  }).meta({
    id: "StartedApplication",
    examples: [{ application: "mVdB1XlY3eYl0wXlq0C7Dg", leaseSeconds: 60, phoneCount: 2 }],
  }),
);

const OpenHandle = z.object({ handle: HandleId, phone: PhoneName, privilege: Privilege });

/** An application that has been taken up again. */
export const ResumedApplication = StartedApplication.extend({
  handles: z.array(OpenHandle).meta({ description: "The handles that it has open." }),
}).meta({ id: "ResumedApplication" });

/** The applications, as an operator is shown them. */
export const ApplicationList = schemaOf<{ applications: ApplicationSummary[] }>()(
  z.object({
    applications: z.array(
      z.object({
        application: ApplicationId,
        name: z.string(),
        token: TokenId,
        leaseSeconds: z.int().min(5).max(300),
        handles: z.array(OpenHandle),
        streaming: z.boolean().meta({ description: "Whether its events are being read." }),
        outstanding: z.int().min(0).meta({ description: "How many requests of these handles are outstanding." }),
      }).meta({ id: "Application" }),
    ),
  }).meta({ id: "ApplicationList" }),
);
