/**
 * Starts the server as the `start` task does, with its own flags, but changed in one respect: run under another program, with a module
 * preloaded, or with another main module.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { z } from "zod";
import config from "../../deno.json" with { type: "json" };
import { collect } from "../harness/printed.ts";
import { untilReady } from "./until_ready.ts";

const REPOSITORY = new URL("../../", import.meta.url);
const PATIENCE_MS = 30_000;
const LISTENING = /^listening on (http:\/\/\S+)\n/m;
const ServerFile = z.object({ pid: z.int().positive() });

/** In what respect it is changed. */
export interface Variant {
  /** Where its data are. */
  data: string;
  /** What `--config` says. */
  config: object;
  /** A program and its arguments that run it. */
  under?: readonly string[];
  /** Flags for Deno, before the main module. */
  flags?: readonly string[];
  /** Another main module, in the place of `server/main.ts serve`. */
  main?: string;
}

/** A changed server that runs. The end of its block ends it. */
export interface RunningVariant extends AsyncDisposable {
  /** `http://HOST:PORT`. */
  readonly url: string;
  /** An admin's token. */
  readonly token: string;
  /** All that it has printed so far. */
  output(): string;
}

/** Starts it and waits until it is ready. @throws {Error} If it ends before. */
export async function startVariant(
  { data, config: configuration, under = [], flags = [], main }: Variant,
): Promise<RunningVariant> {
  const token = crypto.randomUUID() + crypto.randomUUID();
  await Deno.mkdir(data, { recursive: true });
  await Deno.writeTextFile(`${data}/config.json`, JSON.stringify(configuration));
  const [, run = "", ...task] = config.tasks.start.command.replaceAll(/["']/g, "").split(/\s+/);
  const permissions = task.filter((word) => word.startsWith("--"));
  const entry = main === undefined ? task.filter((word) => !word.startsWith("--")) : [main];
  const [program = "", ...args] = [...under, Deno.execPath(), run, ...permissions, ...flags, ...entry];
  const child = new Deno.Command(program, {
    args: [...args, "--data", data, "--config", `${data}/config.json`, "--listen", "127.0.0.1:0"],
    cwd: REPOSITORY,
    env: { SWITCHROOM_BOOTSTRAP_TOKEN: token },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = collect([child.stdout, child.stderr]);
  const exit = child.status.finally(() => printed.end());
  const url = await deadline(printed.match(LISTENING), PATIENCE_MS);
  await untilReady(url, PATIENCE_MS);
  // Its own process and not the program that runs it.
  const { pid } = ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`)));
  return {
    url,
    token,
    output: printed.text,
    async [Symbol.asyncDispose]() {
      Deno.kill(pid, "SIGTERM");
      await deadline(exit, PATIENCE_MS);
    },
  };
}
