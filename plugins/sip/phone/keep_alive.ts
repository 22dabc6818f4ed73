/**
 * Asking phones whether they are there: one that lost its power does not unregister.
 *
 * @module
 */
import type { Clock } from "../lib/tools/mod.ts";
import type { UserAgent } from "../lib/user_agent/mod.ts";
import type { Binding } from "../registrar/mod.ts";
import type { Contacts } from "./contacts.ts";

/** What keeping alive is made of. */
export interface KeepAliveOptions {
  clock: Clock;
  /** Between two questions to one contact, milliseconds; 0 = it is asked only when that is told. */
  everyMs: number;
  contacts: Contacts;
  agent: Pick<UserAgent, "request">;
  /** Hears that a contact has fallen silent, or has answered after all. */
  changed(): void;
}

/** How long an answer may take, milliseconds: the question has been repeated four times by then. */
const PATIENCE_MS = 8_000;

/** What asks. */
export interface KeepAlive {
  /** Asks at contacts now, beside the questions of every interval. */
  probe(bindings: readonly Binding[]): void;
  /** Asks no more; what is on its way is given up. */
  end(): void;
}

/** Begins to ask. */
export function createKeepAlive({ clock, everyMs, contacts, agent, changed }: KeepAliveOptions): KeepAlive {
  const patienceMs = everyMs === 0 ? PATIENCE_MS : Math.min(PATIENCE_MS, everyMs);
  const over = new AbortController();
  let cancel = () => {};
  /** The question under way to each contact, by its id. */
  const underWay = new Map<string, AbortController>();

  const probeOne = async (binding: Binding) => {
    const late = new AbortController();
    // Never two to one contact: whatever the one before was sent over may be gone.
    underWay.get(binding.id)?.abort();
    underWay.set(binding.id, late);
    const isLast = () => underWay.get(binding.id) === late;
    const onTime = clock.after(patienceMs, () => late.abort());
    try {
      // Whatever it answers, it is there.
      await agent.request({
        ...contacts.outgoing(binding),
        method: "OPTIONS",
        headers: [["Accept", "application/sdp"]],
        signal: AbortSignal.any([over.signal, late.signal]),
      });
      if (isLast()) contacts.heard(binding, true);
    } catch {
      if (!over.signal.aborted && isLast()) contacts.heard(binding, false);
    } finally {
      onTime();
      if (isLast()) underWay.delete(binding.id);
    }
  };

  const probeEach = async (bindings: readonly Binding[]) => {
    // A phone that registers one contact after another must not leave questions to each behind it.
    for (const [id, question] of underWay) {
      if (!contacts.bindings.some((binding) => binding.id === id)) question.abort();
    }
    await Promise.all(bindings.map(probeOne));
    if (!over.signal.aborted) changed();
  };

  const round = async () => {
    await probeEach(contacts.bindings);
    if (!over.signal.aborted) cancel = clock.after(everyMs, round);
  };

  // Not all phones at once: they have registered at different times of this interval anyway, and after a restart they
  // would not have.
  if (everyMs > 0) cancel = clock.after(everyMs * (0.5 + Math.random() / 2), round);
  return {
    probe: (bindings) => void probeEach(bindings),
    end() {
      over.abort();
      cancel();
    },
  };
}
