/**
 * The gate: whether a ratio to the parts has fallen from what is kept of it. Ratios carry from run to run, as absolute
 * figures do not.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import type { Kept } from "./kept.ts";
import type { Sockets } from "./measure_sockets.ts";
import { rows } from "./report.ts";

/** What the gate's ratios are taken from. */
export type Parts = Pick<Figures, "oneClient" | "manyClients" | "moreClients"> & { sockets: Sockets };

/** A ratio to the parts. */
interface Ratio {
  of(parts: Parts): number;
  /** Whether it is quicker when it is more, or less. */
  better: "more" | "less";
}

const RATIOS: Readonly<Record<string, Ratio>> = {
  "oneClient.toSum": { of: ({ oneClient }) => oneClient.toSum, better: "less" },
  "manyClients.toEcho": { of: ({ manyClients }) => manyClients.toEcho, better: "more" },
  "manyClients.toPadded": { of: ({ manyClients }) => manyClients.toPadded, better: "more" },
  "manyClients.withoutHistoryToEcho": { of: ({ manyClients }) => manyClients.withoutHistoryToEcho, better: "more" },
  "moreClients.toPadded": { of: ({ moreClients }) => moreClients.toPadded, better: "more" },
  "sockets.acceptedToEcho": { of: ({ sockets }) => sockets.acceptedToEcho, better: "more" },
  "sockets.completedToReplies": { of: ({ sockets }) => sockets.completedToReplies, better: "more" },
};

/** How much of what is kept must be left. */
const LEAST_LEFT = 0.8;

/** What became of one ratio. */
export interface Verdict {
  name: string;
  kept: number;
  measured: number;
  /** How quick it is as a part of what it was, whichever way the ratio is better. */
  left: number;
  fallen: boolean;
}

/** The ratios that the gate holds, under their names in `--json`, to three figures. */
export function ratiosOf(parts: Parts): Record<string, number> {
  return Object.fromEntries(Object.entries(RATIOS).map(([name, { of }]) => [name, Number(of(parts).toPrecision(3))]));
}

/**
 * Holds the ratios of a run against those that are kept.
 *
 * @throws {Error} If they are not the same ones: what is kept nowhere cannot be seen to fall.
 */
export function judge(kept: Kept["ratios"], measured: Kept["ratios"]): Verdict[] {
  const odd = Object.keys({ ...kept, ...measured }).filter((name) => !(name in kept && name in measured));
  if (odd.length > 0) {
    throw new Error(
      `Of ${odd.join(", ")} there is either nothing kept or nothing measured: write the file anew with --keep`,
    );
  }
  return Object.entries(measured).map(([name, value]) => {
    const was = kept[name] ?? NaN;
    const left = RATIOS[name]?.better === "less" ? was / value : value / was;
    return { name, kept: was, measured: value, left, fallen: !(left >= LEAST_LEFT) };
  });
}

/** The verdicts in words, with what was measured then and now. */
export function gateWords(verdicts: readonly Verdict[], { then, now }: { then: Kept; now: Kept }): string {
  const told = ({ commit, deno, processors }: Kept) => `${commit} with Deno ${deno} on ${processors} processors`;
  const fallen = verdicts.filter((verdict) => verdict.fallen);
  const says = ({ name, kept, measured, left }: Verdict) =>
    `${name} from ${kept} to ${measured} (${percent(left)} is left)`;
  return [
    `Kept of ${told(then)}; measured ${told(now)}`,
    rows(
      ["Ratio", "Kept", "Measured", "Left", ""],
      verdicts.map(({ name, kept, measured, left, fallen }) => [
        name,
        String(kept),
        String(measured),
        percent(left),
        fallen ? "FALLEN" : "",
      ]),
    ),
    fallen.length === 0
      ? "No ratio has fallen by more than a fifth."
      : `Fallen by more than a fifth: ${
        fallen.map(says).join("; ")
      }. A machine that was not quiet does that too: measure again before you look for the cause.`,
  ].join("\n\n");
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
