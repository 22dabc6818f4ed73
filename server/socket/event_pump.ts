import type { EventStream } from "../core/core.ts";
import type { Outbox } from "./outbox.ts";

/**
 * Sends an application's events until their stream ends.
 *
 * The next one is taken only when the client has read on: until then it waits in the core, which bounds how much is held.
 */
export async function pumpEvents(events: EventStream, outbox: Outbox): Promise<void> {
  for (;;) {
    await outbox.room();
    const event = await events.next();
    if (event === undefined) return;
    outbox.send(`{"jsonrpc":"2.0","method":"${event.type}","params":${event.json}}`);
  }
}
