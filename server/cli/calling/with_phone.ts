/**
 * A phone for the length of one command.
 *
 * @module
 */
import { z } from "zod";
import type { Privilege } from "../../core/contract/names.ts";
import type { Connection } from "./connection.ts";

/** How others see who has the phone. */
const NAME = "command line";

/** How long the phone is kept from others by a command that was killed, seconds. */
const LEASE_SECONDS = 15;

const application = z.object({ application: z.string() });
const handle = z.object({ handle: z.string() });
const nothing = z.undefined();

/** Which phone, how, and until when. */
export interface Opening {
  connection: Connection;
  phone: string;
  privilege: Privilege;
  /** Gives up; the phone is closed all the same. */
  signal: AbortSignal;
}

/**
 * Opens a phone, lets it be used by the id of its handle, and closes it, whatever happened.
 *
 * @throws {Failure} If the server refuses.
 */
export async function withPhone<Result>(
  { connection, phone, privilege, signal }: Opening,
  use: (handle: string) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const started = await connection.call("POST /v1/applications", {
    shape: application,
    body: { name: NAME, leaseSeconds: LEASE_SECONDS },
  });
  const path = `/v1/applications/${started.application}`;
  try {
    signal.throwIfAborted();
    const opened = await connection.call(`POST ${path}/handles`, { shape: handle, body: { phone, privilege } });
    return await use(opened.handle);
  } finally {
    // What was done stands, whatever keeps the application from being ended: an application that is gone already, or
    // else its lease.
    await connection.call(`DELETE ${path}`, { shape: nothing }).catch(() => {});
  }
}
