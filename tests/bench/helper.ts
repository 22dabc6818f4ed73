/**
 * A helper process, from the outside: see `processes/answer_lines.ts`.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { z } from "zod";

/** How long an answer may take, milliseconds: a guard against hanging. */
const PATIENCE_MS = 60_000;

/** A helper process that runs. The end of its block ends it. */
export interface Helper extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** Asks it. @throws {Error} If it dies, takes too long, or its answer does not fit. */
  ask<Answer>(question: unknown, shape: z.ZodType<Answer>): Promise<Answer>;
}

/** Starts a helper: a module of `processes/`, with the permissions that it needs and its arguments. */
export function startHelper(
  module: string,
  { permissions, args = [] }: { permissions: readonly string[]; args?: readonly string[] },
): Helper {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...permissions,
      new URL(`processes/${module}`, import.meta.url).href,
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const questions = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const line = async (): Promise<string> => {
    while (!rest.includes("\n")) {
      const { value, done } = await answers.read();
      if (done) throw new Error(`The helper process ${module} has ended without an answer`);
      rest += value;
    }
    const end = rest.indexOf("\n");
    const [whole, left] = [rest.slice(0, end), rest.slice(end + 1)];
    rest = left;
    return whole;
  };
  return {
    pid: child.pid,
    async ask(question, shape) {
      await questions.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
      return shape.parse(JSON.parse(await deadline(line(), PATIENCE_MS)));
    },
    async [Symbol.asyncDispose]() {
      await questions.close().catch(() => {});
      await answers.cancel();
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It has ended already.
      }
      await child.status;
    },
  };
}
