/**
 * A phone for the length of one command.
 *
 * @module
 */
import { connect, type Phone } from "../../client/mod.ts";
import type { Privilege } from "../../core/contract/names.ts";
import { given } from "../../tools/mod.ts";
import type { CalledServer } from "./with_server.ts";

/** How others see who has the phone. */
const NAME = "command line";

/** How long the phone is kept from others by a command that was killed, seconds. */
const LEASE_SECONDS = 15;

/** Which phone, how, and until when. */
export interface Opening {
  called: CalledServer;
  /** Its name, or its device id. */
  phone: string;
  privilege: Privilege;
  /** Gives up; the phone is closed all the same. */
  signal: AbortSignal;
}

/** Opens a phone, lets it be used, and closes it, whatever happened. */
export async function withPhone<Result>(
  { called: { server, at: { url, token, transport } }, phone, privilege, signal }: Opening,
  use: (phone: Phone) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  // By its name, by which it is found again if the answer to its opening is lost.
  const { phone: name } = await server.phone(phone);
  const application = await connect(url, {
    name: NAME,
    token,
    leaseSeconds: LEASE_SECONDS,
    signal,
    ...given({ transport }),
  });
  try {
    return await use(await application.open(name, { privilege, signal }));
  } finally {
    // What was done stands, whatever keeps the application from being ended: an application that is gone already, or
    // else its lease.
    await application.close().catch(() => {});
  }
}
