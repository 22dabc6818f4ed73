/**
 * `serve`: the server, whole. The only place that joins the rooms.
 *
 * It starts from the bottom up: the data folder is taken, the history opened (migrated, recovered), the core made, the plugins started, and applications
 * let in. It ends the other way round: the core refuses what is new and closes every phone, the plugins are stopped, answers on their way go out, the history
 * is closed.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { deadline } from "@std/async/deadline";
import deno from "../../deno.json" with { type: "json" };
import type { Core } from "../core/core.ts";
import { createCore } from "../core/mod.ts";
import { type OpenHistory, openHistory, takeDataFolder } from "../history/mod.ts";
import { createHost, type Host } from "../host/mod.ts";
import { type HttpServer, type Scope, SCOPES, serveHttp, type Tokens, tokenTable } from "../http/mod.ts";
import { bootstrap } from "./bootstrap.ts";
import { systemClock } from "./clock.ts";
import { type Configuration, type Flags, readConfiguration } from "./configuration.ts";
import { internalError } from "./exit.ts";
import { health } from "./health.ts";
import { Misuse } from "./misuse.ts";
import { greet, log, showToken } from "./print.ts";
import { writeServerFile } from "./server_file.ts";
import { untilToldToStop } from "./signals.ts";

/** How long an orderly stop waits for the core, then for plugins and answers, then for the history: less than the 10 s that are promised. */
const STOP_CORE_MS = 4_500;
const STOP_PLUGINS_MS = 2_500;
const CLOSE_HISTORY_MS = 2_000;

/**
 * Serves until told to stop.
 *
 * @throws {Misuse} If flags or configuration are not valid, or the address is taken.
 * @throws {HistoryError} If the data folder cannot be used.
 */
export async function serve(flags: Flags): Promise<void> {
  const configuration = await readConfiguration(flags);
  using folder = await takeDataFolder(configuration.data);
  const opened = await openHistory({
    folder,
    durability: configuration.durability,
    limits: configuration.history,
    onFatal: internalError,
  });
  try {
    const token = await bootstrap(opened);
    if (token !== undefined) showToken(token);
    const core = createCore({
      clock: systemClock,
      nextId: () => randomBytes(16).toString("base64url"),
      history: opened.history,
      bounds: configuration.core,
    });
    const host = createHost({
      core,
      plugins: configuration.plugins,
      folder: folder.path,
      bounds: configuration.host,
      log,
    });
    const stop = untilToldToStop();
    await host.start();
    const server = listen(configuration, { core, host, opened });
    await using _file = await writeServerFile(folder.path, { pid: Deno.pid, url: server.url });
    const { history, recovered, migrated } = opened;
    await history.note({ type: "serverStarted", detail: { version: deno.version, recovered, migrated } });
    greet({ url: server.url, token });

    const signal = await stop;
    await deadline(core.stop(), STOP_CORE_MS).catch(() => {});
    // With a disk that takes nothing a plugin's last rows never end; its process has been stopped or killed by then.
    await Promise.all([deadline(host.stop(), STOP_PLUGINS_MS).catch(() => {}), server.stop()]);
    history.note({ type: "serverStopped", detail: { signal } });
  } finally {
    await opened.close({ signal: AbortSignal.timeout(CLOSE_HISTORY_MS) });
  }
}

function listen(
  { listen, http, safe }: Configuration,
  { core, host, opened }: { core: Core; host: Host; opened: OpenHistory },
): HttpServer {
  try {
    return serveHttp({
      core,
      reader: opened.reader,
      tokens: tokensOf(opened),
      clock: systemClock,
      limits: http,
      health: () => health({ core, host, opened, safe }),
      note: (fact) => void opened.history.note(fact, { optional: true }),
      report: (error, where) =>
        log({ plugin: "", level: "error", text: `${where}: ${error instanceof Error ? error.stack : error}` }),
    }, listen);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Misuse(
      `Cannot listen on ${listen.hostname}:${listen.port}: another process does. Name another with --listen`,
    );
  }
}

function tokensOf(opened: OpenHistory): Tokens {
  const isScope = (scope: string): scope is Scope => (SCOPES as readonly string[]).includes(scope);
  return tokenTable(
    opened.tokens.list().map(({ id, scopes, phones, hash }) => ({
      token: { id, scopes: scopes.filter(isScope), phones },
      hash,
    })),
  );
}
