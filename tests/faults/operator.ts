/**
 * The server as an operator meets it when it does not start: its exit code and its words.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { type CommandOptions, REPOSITORY, serverCommand } from "../harness/server_command.ts";

/** A guard against hanging, never a measure. */
const PATIENCE_MS = 30_000;

/** What a server left that has ended. */
export interface Ended {
  /** The exit code; that of the shell's convention after a signal. */
  code: number;
  /** The signal that ended it. */
  signal: Deno.Signal | null;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
}

/** Options of {@linkcode spawnServer}. */
export interface SpawnOptions extends Pick<CommandOptions, "under"> {
  /** The token to begin with; a random one if left out. */
  token?: string;
  /** Further variables. */
  env?: Record<string, string>;
}

/** A server that is not waited for. */
export interface SpawnedServer {
  /** Kills it, with SIGKILL, if it has not ended. */
  kill(): void;
  /** Resolves when it has ended; kills it, and rejects, if that takes too long. */
  readonly ended: Promise<Ended>;
}

/** Starts the command of the `start` task with these flags. */
export async function spawnServer(flags: readonly string[], options: SpawnOptions = {}): Promise<SpawnedServer> {
  const { words: [program, ...args], env } = await serverCommand(flags, options);
  const child = new Deno.Command(program, {
    args,
    cwd: REPOSITORY,
    env: { ...env, SWITCHROOM_BOOTSTRAP_TOKEN: options.token ?? crypto.randomUUID(), NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended already.
    }
  };
  const ending = child.output().then(({ code, signal, stdout, stderr }): Ended => {
    const text = new TextDecoder();
    return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  });
  const ended = deadline(ending, PATIENCE_MS).catch(async (cause) => {
    kill();
    throw new Error(`The server did not end within ${PATIENCE_MS} ms: ${JSON.stringify(await ending)}`, { cause });
  });
  return { kill, ended };
}

/** Runs the server with these flags to an end that it must come to by itself. */
export async function runServer(flags: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return await (await spawnServer(flags, options)).ended;
}
