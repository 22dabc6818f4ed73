/**
 * Wrong tokens, slowed: whoever has presented too many from one address is told to wait.
 *
 * A right token always passes, so that nobody is locked out by a neighbour: what is slowed is guessing, and what it
 * makes us write. The counts survive a restart, for otherwise a server that can be made to fall over could be guessed
 * at without end. They go by wall time therefore; a count whose minute lies in the future, because the clock was set
 * back, is none.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";
import type { Attempts, AttemptStore } from "./contract/kept.ts";

/** Counts wrong tokens. */
export interface FailedAttempts {
  /** Counts one. @returns For how many seconds its address must wait; 0 if it may try again at once. */
  count(address: string): number;
}

/** How many may fail in a minute. */
const MOST = 10;
const MINUTE_MS = 60_000;
/** Addresses that are counted one by one; all further ones share a count. */
const MOST_ADDRESSES = 1_024;
const FURTHER = "";

/** What the counters need. */
export interface FailedAttemptsOptions {
  /** Where the counts are kept. */
  readonly store: AttemptStore;
  /**
   * Told at once when an address has used up its attempts of a minute, so that an operator hears of guessing while it
   * goes on; undefined = many addresses together.
   */
  readonly onSlowed: (address: string | undefined) => void;
}

/** Goes on with the counts of a store. */
export function failedAttempts(clock: Clock, { store, onSlowed }: FailedAttemptsOptions): FailedAttempts {
  // In the order in which their minutes began, so that those that are over stand in front.
  const kept = store.list().toSorted((one, other) => one.since - other.since);
  const counts = new Map<string, Attempts>(kept.map((attempts) => [attempts.address, attempts]));
  const changed = new Set<Attempts>();
  let saving = false;

  const isOver = ({ since }: Attempts) => clock.wall() < since || clock.wall() >= since + MINUTE_MS;
  const save = async () => {
    if (saving) return;
    saving = true;
    try {
      // One write at a time: a flood costs the disk no more than that, and the history's own commits have their turn
      // between.
      while (changed.size > 0) {
        const written = [...changed];
        changed.clear();
        await store.save(written, { forget: clock.wall() - MINUTE_MS });
      }
    } catch {
      // A disk that takes nothing is the history's trouble, told by it; the counts hold for as long as this server
      // runs.
    } finally {
      saving = false;
    }
  };
  const attemptsOf = (address: string): Attempts => {
    const known = counts.get(address);
    if (known && !isOver(known)) return known;
    counts.delete(address);
    for (const [of, attempts] of counts) {
      if (!isOver(attempts)) break;
      counts.delete(of);
    }
    if (counts.size >= MOST_ADDRESSES && address !== FURTHER) return attemptsOf(FURTHER);
    const fresh = { address, since: clock.wall(), count: 0 };
    counts.set(address, fresh);
    return fresh;
  };

  return {
    count(address) {
      const attempts = attemptsOf(networkOf(address));
      if (attempts.count >= MOST) return Math.ceil((attempts.since + MINUTE_MS - clock.wall()) / 1_000);
      attempts.count++;
      if (attempts.count === MOST) onSlowed(attempts.address === FURTHER ? undefined : attempts.address);
      changed.add(attempts);
      save();
      return 0;
    },
  };
}

/**
 * What a caller's addresses have in common: an IPv4 address itself, of IPv6 the /64, for whoever has one address of it
 * has them all.
 *
 * @param address As the operating system writes it; what is no address is taken as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.replace(/%.*$/, "").replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split("::");
  const [before, after] = [head, tail].map((part) => part === "" ? [] : part.split(":")) as [string[], string[]];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
