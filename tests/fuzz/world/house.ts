/**
 * The server in this process: every room as it is but for the disk, the plugin's process and the network.
 *
 * @module
 */
import { hashSecret, tokenTable } from "../../../server/access/mod.ts";
import { DEFAULT_API_BOUNDS } from "../../../server/api/mod.ts";
import { type Core, createCore, type OpenApplication, type OpenHandle } from "../../../server/core/mod.ts";
import { createApp } from "../../../server/http/app.ts";
import { appPorts } from "../../../server/http/app_ports.ts";
import type { Answered } from "../../../server/http/mod.ts";
import { CallsUnderWay } from "../../../server/socket/calls_under_way.ts";
import { systemClock } from "../../../server/program/clock.ts";
import { KeptTokens, recordOf } from "../../http/support/server.ts";
import { MemoryHistory } from "./memory_history.ts";
import { startVirtualPlugin } from "./virtual_plugin.ts";

/** The secrets of the tokens that there are: of an operator, of one who may watch only, of one who may nothing. */
export const SECRETS = {
  operator: "secret-of-the-operator-0123456789-0123",
  watcher: "secret-of-the-watcher-0123456789-01234",
  nobody: "secret-of-nobody-0123456789-0123456789",
} as const;

const OPERATOR = { id: "operator", scopes: ["admin"], phones: null } as const;
const WATCHER = { id: "watcher", scopes: ["phones:monitor"], phones: ["virtual:mini-*"] } as const;
const NOBODY = { id: "nobody", scopes: [], phones: null } as const;

const CHECKPOINT = { historyId: "0".repeat(32), block: 7, hash: "a".repeat(64), at: "2026-01-01T00:00:00.000Z" };

/** What there is in a house. */
export interface House {
  readonly core: Core;
  readonly ports: ReturnType<typeof appPorts>;
  readonly history: MemoryHistory;
  readonly app: ReturnType<typeof createApp>;
  /** What sockets share. */
  readonly underWay: CallsUnderWay;
  /** An application of the operator with a handle that owns `virtual:desk-1` and one that monitors `virtual:mini-1`. */
  application: OpenApplication;
  owner: OpenHandle;
  monitor: OpenHandle;
  /** Faults of ours, and where. */
  readonly reported: string[];
  /** The newest answer that was counted. */
  answered: Answered | undefined;
}

/** Builds a house with everything in it. */
export async function openHouse(): Promise<House> {
  const history = new MemoryHistory();
  const reported: string[] = [];
  let ids = 0;
  const core = createCore({ clock: systemClock, nextId: () => `id-${++ids}`, history });
  await startVirtualPlugin(core.plugins);
  const ports = appPorts({
    applications: core.applications,
    operator: core.operator,
    lifecycle: core.lifecycle,
    clock: systemClock,
    bounds: { ...DEFAULT_API_BOUNDS, waitSeconds: 0 },
    tokens: tokenTable(
      [OPERATOR, WATCHER, NOBODY].map((token) => ({ token, hash: hashSecret(SECRETS[token.id]) })),
    ),
    reader: {
      request: (id) => Promise.resolve(id <= history.newest ? recordOf({ requestId: id }) : undefined),
      other: (seq) => Promise.resolve(seq % 2 === 0 ? { kind: "completed", request: seq - 1 } : undefined),
      requests: () => Promise.resolve({ items: [recordOf()], next: 1 }),
      events: () => Promise.resolve({ items: [], next: undefined }),
    },
    audit: {
      checkpoint: () => Promise.resolve(CHECKPOINT),
      hasNews: () => Promise.resolve(true),
      export: () => Promise.resolve({ upTo: CHECKPOINT, pieces: pieces() }),
      verify: () => Promise.resolve({ ok: true, blocks: 8, records: 20 }),
    },
    plugins: () => [],
    tokenStore: new KeptTokens(),
    attemptStore: { list: () => [], save: () => Promise.resolve() },
    slowed() {},
    brokenOff() {},
    health: () => ({ ready: true, durability: "full", reasons: [], plugins: [] }),
    metrics: () => Promise.resolve({ text: "up 1\n", contentType: "text/plain; version=0.0.4; charset=utf-8" }),
    answered: (answer) => house.answered = answer,
    noteOptional() {},
    note: () => history.note(),
    report: (error, where) => reported.push(`${where}: ${error instanceof Error ? error.stack : error}`),
  });
  const house: House = {
    core,
    ports,
    history,
    app: createApp(ports),
    underWay: new CallsUnderWay(),
    ...await moveIn(core),
    reported,
    answered: undefined,
  };
  return house;
}

/** A house with everything in it: this one, put in order if inputs have closed something, or another if that cannot be. */
export async function wholeHouse(house: House): Promise<House> {
  const { core, owner, monitor } = house;
  try {
    if (core.operator.handle(owner.id) && core.operator.handle(monitor.id)) return house;
  } catch {
    // Something is closed.
  }
  try {
    await endApplications(core);
    return Object.assign(house, await moveIn(core));
  } catch {
    await core.lifecycle.stop();
    return await openHouse();
  }
}

/** Ends every application but one. */
export async function endApplications({ operator, applications }: Core, { but }: { but?: string } = {}): Promise<void> {
  const others = operator.applications().filter(({ application }) => application !== but);
  await Promise.all(
    others.map(({ application, token }) => applications.application(application, { token }).shutdown()),
  );
}

async function moveIn(core: Core): Promise<Pick<House, "application" | "owner" | "monitor">> {
  const application = await core.applications.initialize("Fuzz", { token: OPERATOR.id, leaseSeconds: 300 });
  const owner = await application.open({ phone: "virtual:desk-1", privilege: "owner" });
  const monitor = await application.open({ phone: "virtual:mini-1", privilege: "monitor" });
  return { application, owner, monitor };
}

async function* pieces(): AsyncGenerator<string, void> {
  yield await Promise.resolve("{}\n");
}

/** Puts what there is in the place of its name: `{application}`, `{owner}`, `{monitor}`. */
export function inHouse({ application, owner, monitor }: House, text: string): string {
  const ids: Record<string, string> = { application: application.id, owner: owner.id, monitor: monitor.id };
  return text.replaceAll(/\{(application|owner|monitor)\}/g, (_, name: string) => ids[name] ?? "");
}
