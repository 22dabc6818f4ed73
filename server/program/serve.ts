/**
 * `serve`: the server, whole. The only place that joins the rooms.
 *
 * It starts from the bottom up: the data folder is taken, the history opened (migrated, recovered), the core made, the
 * address bound, the first token made, the plugins started, and applications let in. An address that is taken is found
 * before anything has been done that somebody would have to know of. It ends the other way round: the core refuses what
 * is new and closes every phone, the plugins are stopped, answers on their way go out, the history is closed.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { deadline } from "@std/async/deadline";
import deno from "../../deno.json" with { type: "json" };
import type { HistoryAudit } from "../core/contract/history.ts";
import { type Core, createCore, type History } from "../core/mod.ts";
import { type OpenHistory, openHistory, takeDataFolder } from "../history/mod.ts";
import type { Checkpoints, Sign } from "../checkpoints/mod.ts";
import { createHost, type Host } from "../host/mod.ts";
import { tableEntries, type TokenTable, tokenTable } from "../access/mod.ts";
import { type Certificate, type HttpServer, serveHttp } from "../http/mod.ts";
import { readCertificate, watchCertificate } from "./certificate.ts";
import { readCheckpointKey } from "./checkpoint_key.ts";
import { checkpointing } from "./checkpointing.ts";
import { systemClock } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import { cannotListen } from "./configuration/address.ts";
import type { Flags } from "./configuration/flags.ts";
import { type Configuration, readConfiguration } from "./configuration/read.ts";
import { databaseReaders } from "./database_readers.ts";
import { internalError, untilToldToStop } from "./ending.ts";
import { health } from "./health.ts";
import { greet, showToken, tellOfToken } from "./print.ts";
import { writeServerFile } from "./server_file.ts";
import { bootstrap, operatorToken } from "./tokens.ts";
import { logBrokenOff, logChain, logEntry, logFault, logMigrating, logOf, logSlowed, startLog } from "./watch/log.ts";
import { startWatch, type Watch, watchedHistory } from "./watch/watch.ts";

/** How long the last checkpoint may take where everything else has taken all of its time: within what is spared for the end. */
const LAST_MS = 500;

/**
 * Serves until told to stop.
 *
 * @throws {Misuse} If flags or configuration are not valid, or the address is taken.
 * @throws {HistoryError} If the data folder cannot be used.
 */
export async function serve(flags: Flags): Promise<void> {
  const configuration = await readConfiguration(flags);
  const { tls, stop: budget } = configuration;
  const certificate = tls && await readCertificate(tls);
  startLog(configuration.log);
  using watch = startWatch({ version: deno.version, clock: systemClock });
  using folder = await takeDataFolder(configuration.data);
  const { key } = configuration.checkpoints;
  const signing = key === undefined ? undefined : await readCheckpointKey(key, folder.path);
  const sign = signing?.sign;
  if (signing?.isOpen) {
    logOf("server").warning("checkpoints.key is open to other users of this machine: chmod 600", { key });
  }
  const opened = await openHistory({
    folder,
    durability: configuration.durability,
    accept: configuration.acceptHistory,
    bounds: configuration.history,
    watch: watch.history,
    onFact: watch.fact,
    onMigrating: logMigrating,
    onChecked: logChain,
    readers: databaseReaders,
    onFatal: internalError,
  });
  let isOpen = true;
  const history = watchedHistory(opened.history, watch.fact);
  const checkpoints = checkpointing(configuration.checkpoints, {
    audit: opened.audit,
    sign,
    clock: systemClock,
    note: (fact) => isOpen ? void history.note(fact) : watch.fact(fact),
  });
  let overAt = 0;
  try {
    const core = createCore({
      clock: systemClock,
      nextId: () => randomBytes(16).toString("base64url"),
      history,
      bounds: configuration.core,
      observer: watch.requests,
      activityOf: configuration.activityOf,
    });
    const host = createHost({
      intake: core.plugins,
      plugins: configuration.plugins,
      readPlugins: async () => (await readConfiguration(flags)).plugins,
      folder: folder.path,
      safe: configuration.safe,
      bounds: configuration.host,
      releaseMs: configuration.core.closeMs + configuration.core.closeRowsMs,
      log: logEntry,
    });
    const operator = operatorToken();
    const tokens = tokenTable([...opened.tokens.list().flatMap(tableEntries), operator.entry]);
    const server = listen(configuration, {
      core,
      host,
      opened,
      history,
      checkpoints,
      sign,
      tokens,
      watch,
      certificate,
    });
    watch.metrics.show({ operator: core.operator, host, opened, checkpoints, server });
    const begun = begin({ opened, tokens, host, folder: folder.path });
    const { token, stop } = await begun.catch(async (error) => {
      await server.stop();
      throw error;
    });
    using _renewal = tls && certificate && watchCertificate(tls, {
      current: certificate,
      clock: systemClock,
      everyMs: configuration.tlsCheckMs,
      onChange: server.renew,
    });
    await using _file = await writeServerFile(folder.path, {
      pid: Deno.pid,
      url: server.url,
      ...(server.local !== undefined && { local: server.local }),
      ...(flags.config !== undefined && { config: flags.config }),
      token: operator.secret,
    });
    const { recovered, migrated, accepted, damaged } = opened;
    // Not waited for: a disk that stalls now would keep the server from telling where it listens, and from hearing that
    // it is to stop.
    history.note({ type: "serverStarted", detail: { version: deno.version, recovered, migrated: [...migrated] } });
    if (accepted !== undefined) history.note({ type: "historyAccepted", detail: { reason: accepted } });
    if (damaged !== undefined) history.note({ type: "historyDamaged", detail: { reason: damaged } });
    using _clock = watchClock({
      clock: { ...systemClock, wall: Date.now },
      lastAt: opened.lastAt,
      note: (fact) => void history.note(fact),
    });
    checkpoints.begin();
    greet({ folder: folder.path, url: server.url, token });

    const signal = await stop;
    overAt = performance.now() + budget.coreMs + budget.pluginsMs + budget.historyMs;
    await deadline(core.lifecycle.stop(), budget.coreMs).catch(() => {});
    // With a disk that takes nothing a plugin's last rows never end; its process has been stopped or killed by then.
    await Promise.all([deadline(host.stop(), budget.pluginsMs).catch(() => {}), server.stop()]);
    history.note({ type: "serverStopped", detail: { signal } });
  } finally {
    await opened.close({ signal: AbortSignal.timeout(budget.historyMs) }).finally(async () => {
      isOpen = false;
      await checkpoints.end(opened.newest(), Math.max(overAt - performance.now(), LAST_MS));
    });
  }
}

/** Makes the first token if there is none, and starts the plugins. */
async function begin(
  { opened, tokens, host, folder }: { opened: OpenHistory; tokens: TokenTable; host: Host; folder: string },
): Promise<{ token: string | undefined; stop: Promise<Deno.Signal> }> {
  const first = await bootstrap({ store: opened.tokens, reader: opened.reader }, tokens);
  const token = typeof first === "object" ? first.secret : undefined;
  if (token !== undefined) showToken(token);
  else if (first !== undefined) tellOfToken(folder);
  const stop = untilToldToStop();
  await host.start();
  return { token, stop };
}

function listen(
  { listen, http, safe, trustedProxies }: Configuration,
  { core, host, opened, history, checkpoints, sign, tokens, watch, certificate }: {
    core: Core;
    host: Host;
    opened: OpenHistory;
    history: History;
    checkpoints: Checkpoints;
    sign: Sign | undefined;
    tokens: TokenTable;
    watch: Watch;
    certificate: Certificate | undefined;
  },
): HttpServer {
  try {
    return serveHttp({
      applications: core.applications,
      operator: core.operator,
      lifecycle: core.lifecycle,
      reader: opened.reader,
      audit: sign === undefined ? opened.audit : signedAudit(opened.audit, sign),
      tokens,
      tokenStore: opened.tokens,
      attemptStore: opened.attempts,
      clock: systemClock,
      bounds: http,
      plugins: host.plugins,
      health: () => health({ lifecycle: core.lifecycle, host, opened, checkpoints, safe }),
      metrics: watch.metrics.tell,
      answered: watch.metrics.answered,
      noteOptional: (fact) => void history.note(fact, { optional: true }),
      note: (fact) => history.note(fact),
      slowed: logSlowed,
      brokenOff: logBrokenOff,
      report: logFault,
    }, { ...listen, trustedProxies, certificate });
  } catch (error) {
    throw cannotListen(error, listen);
  }
}

function signedAudit(audit: HistoryAudit, sign: Sign): HistoryAudit {
  return { ...audit, checkpoint: async () => sign(await audit.checkpoint()) };
}
