/**
 * Tests that run in a network namespace, told of by a test outside of it.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { skipLoudly } from "../../faults/temporary.ts";
import { ONLY_COUNT } from "./inside.ts";
import { inNamespace, whyNoNamespace } from "./namespace.ts";
import { type ForeignPhone, whyNoPrograms } from "./programs.ts";
import { readResults, type TestResult } from "./tap.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
/** How long the tests of one namespace may take, milliseconds: a guard against hanging, never a measure. */
const PATIENCE_MS = 240_000;

/** Declares a test that runs the tests of a file of `inside/` in a namespace, and has each of them for a step. */
export function testInNamespace(
  name: string,
  { file, phones, flag }: {
    file: string;
    phones: readonly ForeignPhone[];
    /** What must be set to 1 for it: it is left out if not. */
    flag?: string;
  },
): void {
  Deno.test({ name, ignore: flag !== undefined && Deno.env.get(flag) !== "1", fn });
  async function fn(t: Deno.TestContext): Promise<void> {
    const why = await whyNoPrograms(phones) ?? await whyNoNamespace();
    const results = await run(`tests/peers/inside/${file}`, { counted: why !== undefined });
    skipLoudly(why, `${results.length} tests with real phones, ${name}`);
    for (const { name, ignored, failure } of results) {
      await t.step({
        name,
        ignore: ignored,
        fn() {
          if (failure !== undefined) throw new Error(failure);
        },
      });
    }
  }
}

/** Runs the tests of a file, or counts them. */
async function run(path: string, { counted }: { counted: boolean }): Promise<TestResult[]> {
  // They need no other permission than to start programs, which is all of them; there is no network to protect.
  const flags = ["--no-check", "--cached-only", "--no-prompt", "--allow-all", "--sanitize-ops", "--sanitize-resources"];
  const deno = [Deno.execPath(), "test", "--reporter=tap", ...flags, path];
  const [program, args] = inNamespace(deno);
  const { success, stdout, stderr } = await new Deno.Command(counted ? Deno.execPath() : program, {
    args: counted ? [...deno.slice(1), "--", ONLY_COUNT] : args,
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  const [tap, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  const results = readResults(tap);
  const told = success || results.some(({ failure }) => failure !== undefined);
  ok(told && results.length > 0, `The tests of ${path} did not run to their end:\n${tap}\n${errors}`);
  return results;
}
