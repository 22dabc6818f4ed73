/**
 * Asking phones whether they are there: one that lost its power does not unregister.
 *
 * @module
 */
import type { Clock } from "../lib/tools/mod.ts";
import type { UserAgent } from "../lib/user_agent/mod.ts";
import type { Binding } from "../registrar/mod.ts";
import type { Reach } from "./reach.ts";

/** What keeping alive is made of. */
export interface KeepAliveParts {
  clock: Clock;
  /** Between two questions to one contact, milliseconds; 0 = it is asked only when that is told. */
  everyMs: number;
  reach: Reach;
  agent: Pick<UserAgent, "request">;
  /** Hears that a contact has fallen silent, or has answered after all. */
  changed(): void;
}

/** How long an answer may take, milliseconds: the question has been repeated four times by then. */
const PATIENCE_MS = 8_000;

/** What asks. */
export interface KeepAlive {
  /** Asks contacts now, beside the questions of every interval. */
  ask(contacts: readonly Binding[]): void;
  /** Asks no more; what is on its way is given up. */
  end(): void;
}

/** Begins to ask. */
export function createKeepAlive({ clock, everyMs, reach, agent, changed }: KeepAliveParts): KeepAlive {
  const patienceMs = everyMs === 0 ? PATIENCE_MS : Math.min(PATIENCE_MS, everyMs);
  const over = new AbortController();
  let cancel = () => {};
  /** The question under way to each contact, by its id. */
  const underWay = new Map<string, AbortController>();

  const askOne = async (binding: Binding) => {
    const late = new AbortController();
    // Never two to one contact: whatever the one before was sent over may be gone.
    underWay.get(binding.id)?.abort();
    underWay.set(binding.id, late);
    const isLast = () => underWay.get(binding.id) === late;
    const onTime = clock.after(patienceMs, () => late.abort());
    try {
      // Whatever it answers, it is there.
      await agent.request({
        ...reach.outgoing(binding),
        method: "OPTIONS",
        headers: [["Accept", "application/sdp"]],
        signal: AbortSignal.any([over.signal, late.signal]),
      });
      if (isLast()) reach.heard(binding, true);
    } catch {
      if (!over.signal.aborted && isLast()) reach.heard(binding, false);
    } finally {
      onTime();
      if (isLast()) underWay.delete(binding.id);
    }
  };

  const askEach = async (contacts: readonly Binding[]) => {
    // A phone that registers one contact after another must not leave questions to each behind it.
    for (const [id, question] of underWay) if (!reach.bindings.some((binding) => binding.id === id)) question.abort();
    await Promise.all(contacts.map(askOne));
    if (!over.signal.aborted) changed();
  };

  const round = async () => {
    await askEach(reach.bindings);
    if (!over.signal.aborted) cancel = clock.after(everyMs, round);
  };

  // Not all phones at once: they have registered at different times of this interval anyway, and after a restart they would not have.
  if (everyMs > 0) cancel = clock.after(everyMs * (0.5 + Math.random() / 2), round);
  return {
    ask: (contacts) => void askEach(contacts),
    end() {
      over.abort();
      cancel();
    },
  };
}
