/**
 * Applications, as they are answered.
 *
 * @module
 */
import type {
  ApplicationSummary,
  ResumedApplication as Resumed,
  StartedApplication as Started,
} from "../application.ts";
import { about, exactly, flag, integer, list, object, type Shape, text } from "../shape.ts";
import { Held } from "./handle.ts";
import { ApplicationId, Count, TokenId } from "./names.ts";

const seconds = integer({ least: 5, most: 300 });

const started = {
  application: ApplicationId,
  leaseSeconds: about(seconds, { description: "It ends if nothing is heard of it for that long." }),
  phoneCount: about(Count, { description: "Device ids go from 0 to one less." }),
};

/** An application that has begun. */
export const StartedApplication: Shape<Started> = about(exactly<Started>()(object(started)), {
  name: "StartedApplication",
  examples: [{ application: "mVdB1XlY3eYl0wXlq0C7Dg", leaseSeconds: 60, phoneCount: 2 }],
});

/** An application that has been taken up again. */
export const ResumedApplication: Shape<Resumed> = about(
  exactly<Resumed>()(
    object({ ...started, handles: about(list(Held), { description: "The handles that it has open." }) }),
  ),
  { name: "ResumedApplication" },
);

const Application = about(
  exactly<ApplicationSummary>()(object({
    application: ApplicationId,
    name: text,
    token: TokenId,
    leaseSeconds: seconds,
    handles: list(Held),
    streaming: about(flag, { description: "Whether its events are being read." }),
    outstanding: about(Count, { description: "How many requests of these handles are outstanding." }),
  })),
  { name: "Application" },
);

/** The applications, as an operator is shown them. */
export const ApplicationList: Shape<{ applications: ApplicationSummary[] }> = about(
  object({ applications: list(Application) }),
  { name: "ApplicationList" },
);
