/**
 * What the tests of a bad world take and give back.
 *
 * @module
 */

/** A folder that goes away with its block. */
export interface TemporaryFolder extends Disposable {
  /** Where it is. */
  readonly path: string;
}

/** Makes a folder. */
export function temporaryFolder(): TemporaryFolder {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "switchroom_world_" }));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Says on the terminal what is not tested here, and what it would take: a skipped test that nobody notices is worth nothing. */
export function skipLoudly(why: string | undefined, what: string): boolean {
  if (why === undefined) return false;
  console.error(`NOT TESTED HERE: ${what}: ${why}`);
  return true;
}
