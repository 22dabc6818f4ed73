/**
 * This tree against another revision, as a table.
 *
 * @module
 */
import type { Figure } from "./measure_against.ts";
import { ms, perSecond, rows } from "./report.ts";

const SHOWN: Record<Figure["unit"], (value: number) => string> = {
  perSecond,
  ms,
  seconds: (value) => `${value.toFixed(3)} s`,
  bytes: (value) => `${Math.round(value / 1e6)} MB`,
};

/** Every figure in Markdown; `theirs` is what the other revision is called. */
export function againstTable(figures: readonly Figure[], { theirs, turns }: { theirs: string; turns: number }): string {
  const body = figures.map(({ what, unit, ours, theirs, ratio }) => {
    const shown = (value: number) => Number.isNaN(value) ? "not measured" : SHOWN[unit](value);
    return [what, shown(ours), shown(theirs), ...[ratio.median, ratio.least, ratio.most].map(times)];
  });
  return [
    rows(["What", "This tree", theirs, "Ratio", "Least", "Most"], body),
    `The ratio is this tree's to ${theirs}'s of the same turn: the median, the least and the most of ${turns}. More a second is quicker, and so are less ms and less s.`,
  ].join("\n\n");
}

function times(ratio: number): string {
  return Number.isNaN(ratio) ? "" : `${ratio.toFixed(2)} x`;
}
