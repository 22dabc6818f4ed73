/**
 * A server that was installed, started as its user starts it.
 *
 * @module
 */
import { collect } from "../harness/printed.ts";

/** How it is started. */
export interface InstalledOptions {
  /** Where. */
  cwd: string;
  /** Its whole environment. */
  env: Record<string, string>;
  /** Its data folder, an absolute path. */
  data: string;
  /** Whether it finds that by itself. */
  untold?: boolean;
}

/** A server that runs. The end of its block kills what is left of it. */
export interface InstalledServer extends AsyncDisposable {
  /** The server's own process. */
  readonly pid: number;
  /** Ends that in order, and gives how what was started ended, with what it printed. */
  stop(): Promise<Deno.CommandStatus & { printed: string }>;
}

/** Starts it at a free port, by the words that stand before `serve`, and waits until it listens. */
export async function startInstalled(
  words: readonly [program: string, ...args: string[]],
  { cwd, env, data, untold = false }: InstalledOptions,
): Promise<InstalledServer> {
  const [program, ...args] = words;
  const child = new Deno.Command(program, {
    args: [...args, "serve", "--listen=127.0.0.1:0", ...untold ? [] : [`--data=${data}`]],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = collect([child.stdout, child.stderr]);
  const ended = child.status.then(async (status) => {
    await printed.end();
    return { ...status, printed: printed.text() };
  });
  await printed.match(/^listening on (\S+)/m);
  const { pid } = JSON.parse(await Deno.readTextFile(`${data}/server.json`));
  return {
    pid,
    stop() {
      Deno.kill(pid, "SIGTERM");
      return ended;
    },
    async [Symbol.asyncDispose]() {
      if (!printed.ended) Deno.kill(pid, "SIGKILL");
      await ended;
    },
  };
}
