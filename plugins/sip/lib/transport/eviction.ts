/**
 * Which connection is evicted for another.
 *
 * @module
 */
import { sourceOf } from "./ip.ts";
import type { Peer } from "./peer.ts";

/** A connection, as far as it matters here. */
interface Candidate {
  connection: { readonly peer: Peer; readonly isKept: boolean; readonly heardAt: number };
}

/**
 * Finds the connection to evict: one that is not kept, of who asks before others', else one of the source that holds
 * most of them; of several the one that has been quiet longest.
 *
 * Thus who is unknown displaces the unknown. Whoever has an account can have all his connections kept, but the more he
 * has, the sooner one of them is evicted for others.
 *
 * @param options `host`: who asks for another. `ofItsOwn`: only its own connections can be evicted.
 */
export function toEvict<Held extends Candidate>(
  held: readonly Held[],
  { host, ofItsOwn }: { host: string; ofItsOwn: boolean },
): Held | undefined {
  const source = sourceOf(host);
  const own = held.filter((each) => sourceOfHeld(each) === source);
  const among = ofItsOwn ? own : held;
  return quietest(own.filter(isUnknown)) ?? quietest(among.filter(isUnknown)) ?? quietest(ofGreatestSource(among));
}

function ofGreatestSource<Held extends Candidate>(held: readonly Held[]): readonly Held[] {
  const sources = [...Map.groupBy(held, sourceOfHeld).values()];
  return sources.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

function quietest<Held extends Candidate>(held: readonly Held[]): Held | undefined {
  return held.toSorted((a, b) => a.connection.heardAt - b.connection.heardAt)[0];
}

function isUnknown({ connection }: Candidate): boolean {
  return !connection.isKept;
}

function sourceOfHeld({ connection }: Candidate): string {
  return sourceOf(connection.peer.host);
}
