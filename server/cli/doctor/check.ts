/**
 * What a look at one part of an installation finds.
 *
 * @module
 */
import { wordsOf } from "../../core/contract/errors.ts";
import type { Configuration, Flags } from "../../program/mod.ts";

/** `good`: nothing to do. `odd`: it works, and somebody should know. `bad`: something does not work. */
export type State = "good" | "odd" | "bad";

/** One thing that was looked at. */
export interface Finding {
  /** What. */
  part: string;
  state: State;
  /** How it is, in words. */
  says: string;
  /** What to do about it; undefined if there is nothing. */
  remedy?: string;
}

/** What is looked at. */
export interface Installation {
  /** What the server would be started with. */
  flags: Flags;
  /** Undefined if it could not be read. */
  configuration: Configuration | undefined;
  /** The data folder. */
  data: string;
  /** Who has taken the data folder, in words; undefined if no server runs. */
  owner: string | undefined;
}

/** Looks at one part, and changes nothing. */
export type Check = (installation: Installation) => Promise<Finding[]>;

/** Makes the three kinds of findings about one part. */
export function about(part: string) {
  const finding = (state: State) => (says: string, remedy?: string): Finding => ({
    part,
    state,
    says,
    ...(remedy !== undefined && { remedy }),
  });
  return { good: finding("good"), odd: finding("odd"), bad: finding("bad") };
}

/**
 * What the checks find, one after the other. One that stumbles over what it looks at is a finding too: nothing keeps
 * the others from being made.
 */
export async function* findings(
  checks: readonly (readonly [part: string, check: Check])[],
  installation: Installation,
): AsyncGenerator<Finding> {
  for (const [part, check] of checks) {
    try {
      yield* await check(installation);
    } catch (error) {
      yield about(part).bad(`It could not be looked at: ${wordsOf(error)}`);
    }
  }
}
