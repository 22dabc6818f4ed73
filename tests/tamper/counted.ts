/**
 * The counts of a run, for people.
 *
 * @module
 */
import type { Count } from "./run.ts";

/** A line for each kind, and one for all. */
export function counted(counts: ReadonlyMap<string, Count>): string {
  const all: Count = { made: 0, found: 0, unused: 0 };
  for (const { made, found, unused } of counts.values()) {
    all.made += made;
    all.found += found;
    all.unused += unused;
  }
  const line = (kind: string, { made, found, unused }: Count) =>
    `${kind.padEnd(42)} ${String(made).padStart(6)} made, ${String(found).padStart(6)} found` +
    (unused > 0 ? `, ${unused} in bytes that no row uses or in what no fact tells` : "");
  return [...[...counts].toSorted().map(([kind, count]) => line(kind, count)), line("all", all)].join("\n");
}
