/**
 * Where a history commits, for tests that say so: in one place, or moving between the two.
 *
 * Everything that opens a history, or starts a server, does so where `SWITCHROOM_COMMITS` says:
 * `SWITCHROOM_COMMITS=moving deno task crash --kills 1000`.
 *
 * @module
 */
import type { MadeCommit, Place } from "../../server/history/contract/store.ts";
import { inPlaceOf } from "./stand_in.ts";

/** Whether the next commit is made in the event loop, after so many. */
export type Turn = (commits: number) => boolean;

/** The ways in which a place can be forced. */
export const TURNS = {
  loop: () => true,
  worker: () => false,
  moving: (commits) => commits % 3 !== 0,
} satisfies Record<string, Turn>;

/** Their names. */
export const TURN_NAMES = Object.keys(TURNS) as (keyof typeof TURNS)[];

/** A place that goes where it is told, whatever disk and load say. */
export class ForcedPlace implements Place {
  /** What was made, in order. */
  readonly commits: MadeCommit[] = [];
  /** What else has stopped the loop. */
  readonly stops: number[] = [];
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  get isLoop(): boolean {
    return this.#turn(this.commits.length);
  }

  made(commit: MadeCommit): void {
    this.commits.push(commit);
  }

  stopped(ms: number): void {
    this.stops.push(ms);
  }
}

/** How commits are forced in this run; undefined if the history decides, as ever. */
export function forcedTurn(): keyof typeof TURNS | undefined {
  const name = Deno.env.get("SWITCHROOM_COMMITS");
  if (name === undefined || Object.hasOwn(TURNS, name)) return name as keyof typeof TURNS | undefined;
  throw new Error(`SWITCHROOM_COMMITS is ${name}; it must be one of ${TURN_NAMES.join(", ")}`);
}

/** The flags for Deno under which a server commits so. */
export async function placeFlags(turn: keyof typeof TURNS | undefined): Promise<string[]> {
  if (turn === undefined) return [];
  const map = await Deno.makeTempFile({ prefix: "switchroom_test_", suffix: ".json" });
  globalThis.addEventListener("unload", () => Deno.removeSync(map));
  const standIn = `tests/harness/placed_history.ts?commits=${turn}`;
  return [await inPlaceOf(map, { module: "server/history/mod.ts", standIn })];
}
