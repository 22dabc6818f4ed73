/**
 * What is fuzzed: a border across which something comes from outside.
 *
 * @module
 */
import type fc from "fast-check";

/** A border, and what is sent across it. */
export interface Target<Input> {
  /** Names it on the command line and in the corpus. */
  readonly name: string;
  /** Its part of the inputs, against those of the others. */
  readonly share: number;
  /** Inputs that are known to be hard, those that have been found among them: every run begins with them. */
  readonly corpus: readonly Input[];
  /** Inputs that come near to being right. They are JSON, so that one that is found can be kept. */
  readonly inputs: fc.Arbitrary<Input>;
  /** What caches, compiled code and the moment of the look may make of difference to its memory, bytes. */
  readonly noise: number;
  /** Makes what they are tried on. */
  open(): Promise<Subject<Input>>;
}

/** What inputs are tried on. */
export interface Subject<Input> extends AsyncDisposable {
  /** Tries one; throws if a promise is broken. */
  attempt(input: Input): Promise<void>;
  /** Shows that good use goes on as ever, and puts in order what the inputs have left behind. */
  goOn(): Promise<void>;
  /** How many bytes are in use. */
  memory(): Promise<number>;
}

/** How inputs are tried. */
export interface RunOptions {
  /** How many. */
  readonly inputs: number;
  /** What determines them. */
  readonly seed: number;
  /** Where in a batch a failure is, to see it again; as a failure tells it. */
  readonly path?: string | undefined;
  /** How long a batch may take, milliseconds, with the search for the smallest input that breaks a promise; three quarters of a minute if left out. */
  readonly batchMs?: number;
  /** Told after each batch how many have been tried, and what determines the next. */
  onProgress(tried: number, nextSeed: number): void;
}

/** A target whose inputs are nobody else's business. */
export interface AnyTarget {
  readonly name: string;
  readonly share: number;
  /** Tries inputs; gives what is wrong in words, undefined if nothing is. */
  run(options: RunOptions): Promise<string | undefined>;
}
