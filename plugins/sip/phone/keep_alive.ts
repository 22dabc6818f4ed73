/**
 * Asking phones whether they are there: one that lost its power does not unregister.
 *
 * @module
 */
import type { Binding } from "../registrar/mod.ts";
import type { Clock, UserAgent } from "../sip/mod.ts";
import type { Reach } from "./reach.ts";

/** What keeping alive is made of. */
export interface KeepAliveParts {
  clock: Clock;
  /** Between two questions to one contact, milliseconds. */
  everyMs: number;
  reach: Reach;
  agent: Pick<UserAgent, "request">;
  /** Hears that a contact has fallen silent, or has answered after all. */
  changed(): void;
}

/** How long an answer may take, milliseconds: the question has been repeated four times by then. */
const PATIENCE_MS = 8_000;

/** Begins to ask; gives what ends it. */
export function keepAlive({ clock, everyMs, reach, agent, changed }: KeepAliveParts): () => void {
  const over = new AbortController();
  let cancel = () => {};

  const ask = async (binding: Binding) => {
    const late = new AbortController();
    const onTime = clock.after(Math.min(PATIENCE_MS, everyMs), () => late.abort());
    try {
      // Whatever it answers, it is there.
      await agent.request({
        ...reach.outgoing(binding),
        method: "OPTIONS",
        headers: [["Accept", "application/sdp"]],
        signal: AbortSignal.any([over.signal, late.signal]),
      });
      reach.heard(binding, true);
    } catch {
      if (!over.signal.aborted) reach.heard(binding, false);
    } finally {
      onTime();
    }
  };

  const round = async () => {
    await Promise.all(reach.bindings.map(ask));
    if (over.signal.aborted) return;
    changed();
    cancel = clock.after(everyMs, round);
  };

  // Not all phones at once: they have registered at different times of this interval anyway, and after a restart they would not have.
  cancel = clock.after(everyMs * (0.5 + Math.random() / 2), round);
  return () => {
    over.abort();
    cancel();
  };
}
