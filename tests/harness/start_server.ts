/**
 * The real server, as users start it: the command of the `start` task, with the permissions that it computes.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import { z } from "zod";
import { collect, type Printed } from "./printed.ts";
import { type CommandOptions, REPOSITORY, serverCommand } from "./server_command.ts";

/** How long anything may take that must not take long, in milliseconds: a guard against hanging, never a measure. */
const PATIENCE = 30_000;

/** Where nobody can be reached, for it stands for every address of the machine. */
const EVERYWHERE = /\/\/(0\.0\.0\.0|\[::\])/;

const LISTENING = /^listening on (https?:\/\/\S+)\n/m;

const ServerFile = z.object({ pid: z.int().positive(), url: z.url() });

/** Options of {@linkcode startServer}. */
export interface StartOptions extends CommandOptions {
  /** The data folder, to be kept; a temporary one, removed at the end, if left out. */
  data?: string;
  /** The token to begin with; needed with a data folder that has one already. */
  token?: string;
  /** Whether it is to make its first token by itself: `token` is none of it then. */
  withoutToken?: boolean;
  /** Further variables of its environment. */
  env?: Record<string, string>;
  /** Where it listens; a free port of 127.0.0.1 if left out. */
  listen?: string;
  /** What `--config` says. */
  config?: object;
  /** Further flags, such as `--safe`. */
  args?: readonly string[];
  /** Whether to go on at the `listening` line, before `readyz` says yes. */
  untilListening?: boolean;
}

/** A server that runs. The end of its block ends it, orderly if it can, and removes what was temporary. */
export interface RunningServer extends AsyncDisposable {
  /** `http://HOST:PORT`, at 127.0.0.1 if it listens on every address. */
  readonly url: string;
  /** An admin's token. */
  readonly token: string;
  /** The server's own process, from `DATA/server.json`. */
  readonly pid: number;
  /** The data folder. */
  readonly data: string;
  /** Resolves when the process has ended. */
  readonly exit: Promise<Deno.CommandStatus>;
  /** All that it has printed so far, standard output and standard error as they came. */
  output(): string;
  /** Ends it orderly with SIGTERM; rejects, and kills it, if it does not end. */
  stop(): Promise<Deno.CommandStatus>;
  /** Sends a signal to the server alone, SIGKILL by default, and waits for the end. */
  kill(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/**
 * Starts the server and waits until it is ready.
 *
 * @throws {Error} If it ends before, or takes too long; the message holds what it printed.
 */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_test_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const data = options.data ?? `${folder}/data`;
  const token = options.token ?? crypto.randomUUID() + crypto.randomUUID();
  const args = ["--data", data, "--listen", options.listen ?? "127.0.0.1:0", ...options.args ?? []];
  if (options.config) {
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(options.config));
    args.push("--config", `${folder}/config.json`);
  }

  const { under = [] } = options;
  const { words: [program, ...words], env } = await serverCommand(args, options);
  let pid = 0;
  const child = new Deno.Command(program, {
    args: words,
    cwd: options.checkout ?? REPOSITORY,
    env: {
      ...env,
      // What runs the tests may be a service itself.
      NOTIFY_SOCKET: "",
      INVOCATION_ID: "",
      ...(!options.withoutToken && { SWITCHROOM_BOOTSTRAP_TOKEN: token }),
      ...options.env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = collect([child.stdout, child.stderr]);
  const exit = child.status.then(async (status) => {
    await printed.end();
    return status;
  });
  const send = (signal: Deno.Signal) => {
    try {
      // Unlike Deno.kill, child.kill cannot hit a stranger that has got the number of a server that has ended; but what the server runs under may not pass
      // signals on.
      if (under.length > 0 && pid > 0) Deno.kill(pid, signal);
      else child.kill(signal);
    } catch (error) {
      // It has ended already, which is what is wanted.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const end = async (signal: Deno.Signal) => {
    send(signal);
    try {
      return await deadline(exit, PATIENCE);
    } catch (cause) {
      send("SIGKILL");
      await exit;
      throw new Error(`The server did not end within ${PATIENCE} ms after ${signal}\n${printed.text()}`, { cause });
    }
  };
  undo.defer(async () => {
    await end("SIGTERM");
  });

  const url = (await deadline(printed.match(LISTENING), PATIENCE)).replace(EVERYWHERE, "//127.0.0.1");
  if (!options.untilListening) await ready(url, printed);
  pid = ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`))).pid;
  const running = undo.move();
  return {
    url,
    token,
    pid,
    data,
    exit,
    output: printed.text,
    stop: () => end("SIGTERM"),
    kill: (signal = "SIGKILL") => end(signal),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Waits until `readyz` says yes. */
async function ready(url: string, printed: Printed): Promise<void> {
  let reasons = "";
  try {
    await retry(async () => {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PATIENCE) });
      reasons = await response.text();
      if (!response.ok) throw new Error(reasons);
    }, {
      minTimeout: 10,
      maxTimeout: 50,
      jitter: 0,
      maxAttempts: PATIENCE / 50,
      isRetriable: () => !printed.ended,
    });
  } catch (cause) {
    throw new Error(`The server did not become ready: ${reasons}\n${printed.text()}`, { cause });
  }
}
