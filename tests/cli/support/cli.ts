/**
 * The command line as users start it, by `bin/switchroom`, in a process of its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { deadline } from "@std/async/deadline";

/** What starts it. */
export const PROGRAM = fileURLToPath(new URL("../../../bin/switchroom", import.meta.url));

/** A guard against hanging, never a measure. */
const PATIENCE_MS = 30_000;

/** What a command left that has ended. */
export interface Ended {
  /** The exit code. */
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
}

/** Options of {@linkcode cli}. */
export interface CliOptions {
  /** Further variables; nothing else of the test's environment is about Switchroom. */
  env?: Record<string, string>;
  /** What starts it, if it is not this build. */
  program?: string;
  /** The folder that it is started in. */
  cwd?: string;
  /** What it reads. */
  stdin?: string;
}

/** A command that runs. */
export interface RunningCommand {
  /** Sends it a signal. */
  kill(signal: Deno.Signal): void;
  /** Resolves when it has ended; kills it, and rejects, if that takes too long. */
  readonly ended: Promise<Ended>;
}

/** The program and its arguments. */
export function cliCommand(args: readonly string[]): [program: string, ...args: string[]] {
  return [PROGRAM, ...args];
}

/** Starts a command. */
export function spawnCli(args: readonly string[], options: CliOptions = {}): RunningCommand {
  const [program, ...rest] = cliCommand(args);
  const child = new Deno.Command(options.program ?? program, {
    args: rest,
    ...options.cwd !== undefined && { cwd: options.cwd },
    env: { DENO: Deno.execPath(), SWITCHROOM_TOKEN: "", SWITCHROOM_TOKEN_FILE: "", npm_command: "", ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = options.stdin === undefined
    ? undefined
    : ReadableStream.from([options.stdin]).pipeThrough(new TextEncoderStream()).pipeTo(child.stdin);
  const ending = Promise.all([child.output(), written]).then(([{ code, stdout, stderr }]) => {
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  });
  return {
    kill: (signal) => child.kill(signal),
    ended: deadline(ending, PATIENCE_MS).catch(async (cause) => {
      child.kill("SIGKILL");
      throw new Error(`The command did not end: ${JSON.stringify(await ending)}`, { cause });
    }),
  };
}

/** Runs a command to its end. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
  return spawnCli(args, options).ended;
}

/** The lines of a command's standard output, as JSON. */
export function jsonLines<Value = Record<string, unknown>>({ stdout }: Ended): Value[] {
  return stdout.trimEnd().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
