/**
 * The HTTP room on a real socket, over a recording core.
 *
 * @module
 */
import {
  type Attempts,
  type AttemptStore,
  type Author,
  hashSecret,
  type KeptToken,
  rotated,
  type Rotation,
  type Scope,
  type TokenStore,
  type TokenTable,
  tokenTable,
  withoutSecret,
} from "../../../server/access/mod.ts";
import { creation } from "../../../server/access/new_token.ts";
import { rotationOf } from "../../../server/access/rotation.ts";
import { type ApiBounds, DEFAULT_API_BOUNDS } from "../../../server/api/mod.ts";
import type { Fact, HistoryEvent } from "../../../server/core/contract/facts.ts";
import type { ManagedPlugin } from "../../../server/core/contract/managed_plugin.ts";
import type { DamagedRecord, RequestRecord } from "../../../server/core/contract/record.ts";
import type { HistoryReader, OtherRow, Page } from "../../../server/core/contract/history.ts";
import { timeText } from "../../../server/core/contract/time.ts";
import { type Answered, type Health, type HttpServer, serveHttp } from "../../../server/http/mod.ts";
import { ManualClock } from "../../harness/manual_clock.ts";
import { RecordingAudit } from "./recording_audit.ts";
import { RecordingCore } from "./recording_core.ts";
import { soon } from "../../harness/soon.ts";

/** The secrets of the tokens that there are, by their ids. */
export const SECRETS = {
  "t-all": "secret-of-all-0123456789-0123456789",
  "t-monitor": "secret-of-monitor-0123456789-012345",
  "t-nothing": "secret-of-nothing-0123456789-012345",
};

const SCOPES_OF: Record<keyof typeof SECRETS, Scope[]> = {
  "t-all": ["admin"],
  "t-monitor": ["phones:monitor"],
  "t-nothing": [],
};

/** A history that gives what a test puts in, and keeps what it was asked. */
export class RecordingReader implements HistoryReader {
  asked: unknown[] = [];
  record: RequestRecord | DamagedRecord | undefined;
  row: OtherRow | undefined;
  requestPage: Page<RequestRecord> = { items: [], next: undefined };
  eventPage: Page<HistoryEvent> = { items: [], next: undefined };

  request(id: number) {
    this.asked.push(id);
    return Promise.resolve(this.record);
  }

  other(seq: number) {
    this.asked.push({ seq });
    return Promise.resolve(this.row);
  }

  requests(...asked: unknown[]) {
    this.asked.push(asked);
    return Promise.resolve(this.requestPage);
  }

  events(...asked: unknown[]) {
    this.asked.push(asked);
    return Promise.resolve(this.eventPage);
  }
}

/** Tokens kept in memory. */
export class KeptTokens implements TokenStore {
  tokens: KeptToken[] = [];
  /** Thrown instead of keeping anything. */
  failure: Error | undefined;

  /** @param facts Takes what became of them. */
  constructor(readonly facts: Fact[] = []) {}

  list() {
    return this.tokens;
  }

  nameOf(id: string) {
    return this.tokens.find((token) => token.id === id)?.name;
  }

  async add(token: KeptToken, { by }: { by?: Author } = {}) {
    await this.#write();
    this.tokens.push(token);
    this.facts.push({ type: "tokenCreated", ...by, detail: creation(token, { isChosen: false }) });
  }

  async remove(id: string, by?: Author) {
    await this.#write();
    const { name } = this.#take(id);
    this.facts.push({ type: "tokenRevoked", ...by, detail: { subject: id, name } });
  }

  async expire(id: string) {
    await this.#write();
    const { name, expiresAt = 0 } = this.#take(id);
    this.facts.push({ type: "tokenExpired", detail: { subject: id, name, expiresAt: timeText(expiresAt) } });
  }

  async rotate(id: string, { by, ...rotation }: Rotation & { by?: Author }) {
    await this.#write();
    this.#change(id, (token) => rotated(token, rotation));
    const token = this.tokens.find((token) => token.id === id);
    if (token) this.facts.push({ type: "tokenRotated", ...by, detail: rotationOf(token, rotation) });
  }

  settle() {
    return this.#write();
  }

  async forget(id: string, hash: Uint8Array) {
    await this.#write();
    this.#change(id, (token) => withoutSecret(token, hash));
  }

  async used(minutes: ReadonlyMap<string, number>) {
    await this.#write();
    for (const [id, usedAt] of minutes) this.#change(id, (token) => ({ ...token, usedAt }));
  }

  async warned(id: string, at: number) {
    await this.#write();
    this.#change(id, (token) => ({ ...token, warnedAt: at }));
  }

  #take(id: string): KeptToken {
    const token = this.tokens.find((token) => token.id === id);
    if (token === undefined) throw new Error(`There is no token ${id}`);
    this.tokens = this.tokens.filter((other) => other !== token);
    return token;
  }

  #change(id: string, changed: (token: KeptToken) => KeptToken): void {
    this.tokens = this.tokens.map((token) => token.id === id ? changed(token) : token);
  }

  #write(): Promise<void> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve();
  }
}

/** Failed attempts kept in memory. */
export class KeptAttempts implements AttemptStore {
  kept: Attempts[] = [];

  list() {
    return this.kept;
  }

  save(changed: readonly Attempts[]) {
    this.kept.push(...changed);
    return Promise.resolve();
  }
}

/** What a call may say. */
export interface CallOptions {
  /** Which token; null = none. */
  token?: keyof typeof SECRETS | null;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
  headers?: Record<string, string>;
}

/** A server under test; disposing of it stops it and asserts nothing. */
export class TestServer implements AsyncDisposable {
  readonly core = new RecordingCore();
  readonly reader = new RecordingReader();
  readonly audit = new RecordingAudit();
  readonly clock = new ManualClock();
  readonly facts: Fact[] = [];
  readonly tokens = new KeptTokens(this.facts);
  readonly attempts = new KeptAttempts();
  /** The addresses that were told to wait. */
  readonly slowed: (string | undefined)[] = [];
  readonly reported: unknown[] = [];
  /** Why answers were broken off. */
  readonly brokenOff: string[] = [];
  /** Every answer that was counted. */
  readonly answers: Answered[] = [];
  /** Called when a call's token has been found, by the token's id: the rest of its admission happens in the same turn. */
  onAdmitted: (token: string) => void = () => {};
  /** The configured plugins. */
  plugins: ManagedPlugin[] = [];
  health: Health = { ready: true, durability: "full", reasons: [], plugins: [] };
  readonly #http: HttpServer;
  readonly #client = Deno.createHttpClient({});

  /** @param bounds Those that are not the usual. */
  constructor(bounds: Partial<ApiBounds> = {}) {
    const stored = Object.entries(SECRETS).map(([id, secret]) => ({
      token: { id, scopes: SCOPES_OF[id as keyof typeof SECRETS], phones: null },
      hash: hashSecret(secret),
    }));
    this.#http = serveHttp({
      applications: this.core.applications,
      operator: this.core.operator,
      lifecycle: this.core.lifecycle,
      reader: this.reader,
      audit: this.audit,
      plugins: () => this.plugins,
      tokens: this.#observed(tokenTable(stored)),
      tokenStore: this.tokens,
      attemptStore: this.attempts,
      slowed: (address) => this.slowed.push(address),
      clock: this.clock,
      bounds: { ...DEFAULT_API_BOUNDS, ...bounds },
      health: () => this.health,
      metrics: () => Promise.resolve({ text: "up 1\n", contentType: "text/plain; version=0.0.4; charset=utf-8" }),
      answered: (answer) => this.answers.push(answer),
      noteOptional: (fact) => this.facts.push(fact),
      note: (fact) => Promise.resolve(void this.facts.push(fact)),
      brokenOff: (why) => this.brokenOff.push(why),
      report: (error) => this.reported.push(error),
    }, { hostname: "127.0.0.1", port: 0 });
  }

  #observed(table: TokenTable): TokenTable {
    return {
      ...table,
      find: (secret) => {
        const token = table.find(secret);
        if (token !== undefined) this.onAdmitted(token.id);
        return token;
      },
    };
  }

  get url(): string {
    return this.#http.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Makes a call; its body, if any, must be read. */
  fetch(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { token = "t-all", json, body = json === undefined ? undefined : JSON.stringify(json), headers } = options;
    return fetch(this.url + path, {
      method,
      client: this.#client,
      headers: {
        ...(token !== null && { authorization: `Bearer ${SECRETS[token]}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  }

  /** Makes a call and reads its answer. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const response = await soon(this.fetch(method, path, options));
    const text = await soon(response.text());
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text) as Record<string, unknown>,
    };
  }

  /** Sends bytes as they are over a connection of their own, and gives what comes back until the server closes it. */
  async raw(request: string): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const [answer] = await Promise.all([
      untilCut(() => soon(readAll(connection))),
      // A server that has said no may cut the connection while we still send.
      untilCut(() => soon(writeAll(connection, new TextEncoder().encode(request)))),
    ]);
    return answer ?? "";
  }

  stop(): Promise<void> {
    return soon(this.#http.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    const stopped = this.stop();
    // Whatever a test left on its way is cut.
    this.clock.advance(DEFAULT_API_BOUNDS.drainMs);
    await stopped;
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

async function readAll(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
    text += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
  return text;
}

async function untilCut<Value>(run: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) return undefined;
    throw error;
  }
}

/** An answer, read. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> | undefined;
}

/** The record of a completed request. */
export function recordOf(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    requestId: 1,
    operation: "setLamp",
    params: { lamp: 12, mode: "steady" },
    phone: "virtual:desk-1",
    plugin: "virtual",
    application: { id: "app-1", name: "Test" },
    token: "t-all",
    handle: "own-1",
    acceptedAt: "2026-01-01T00:00:00.000Z",
    dispatchedAt: "2026-01-01T00:00:00.001Z",
    completedAt: "2026-01-01T00:00:00.002Z",
    state: "completed",
    outcome: "succeeded",
    result: 0,
    reply: "sent",
    ...changes,
  };
}
