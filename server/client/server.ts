/**
 * A server as an operator or an auditor calls it over HTTP: what needs no open phone.
 *
 * @module
 */
import type { ApplicationSummary } from "../core/contract/application.ts";
import type { DamagedEvent, FactType, HistoryEvent } from "../core/contract/facts.ts";
import type { Health } from "../core/contract/health.ts";
import type { Checkpoint, ExportFormat, KeptCheckpoint, Verdict } from "../core/contract/history.ts";
import type { LogLine, PluginView } from "../core/contract/managed_plugin.ts";
import type { OperationName } from "../core/contract/operations.ts";
import type { Closed, PhoneView } from "../core/contract/phone.ts";
import type { DamagedRecord, Outcome, RequestRecord, RequestState } from "../core/contract/record.ts";
import type { Shape } from "../core/contract/shape.ts";
import * as shapes from "../core/contract/shapes/mod.ts";
import type { MadeToken, RotationSpec, TokenSpec, TokenView } from "../core/contract/token.ts";
import { given } from "../tools/mod.ts";
import { addressOf, bodyOf, fetchPath, piecesOf } from "./address.ts";
import { checked, jsonOf, problemOf } from "./answers.ts";
import { CallRefused, UnexpectedAnswer } from "./errors.ts";
import type { Abandonable } from "./phone.ts";

/** How long an answer may take that waits for nothing, milliseconds. */
const PATIENCE_MS = 30_000;
/** The largest page that a server gives (api.md, section 2). */
const PAGE = 500;

/** Who calls a server, and how. */
export interface ServerOptions {
  /** The bearer token. */
  token: string;
  /** As `ConnectOptions.transport`. */
  transport?: object;
}

/** How an export is read. */
export interface ExportOptions extends Abandonable {
  /**
   * Is told, before the first bytes, what the server calls the file: `history-ID-to-block-N.jsonl`, or another ending;
   * without the history's id and the block if the token is limited to phones.
   */
  named?(name: string): void;
}

/** How a list is read. */
export interface ListOptions extends Abandonable {
  /** How many at most, from 1 on; all if left out. */
  limit?: number;
}

/** Which requests to list: those that match everything. */
export interface RequestQuery {
  /** `PLUGIN:ID`. */
  phone?: string | undefined;
  /** The plugin's name. */
  plugin?: string | undefined;
  /** The application's id. */
  application?: string | undefined;
  /** One of the nine. */
  operation?: OperationName | undefined;
  /** How far they have come. */
  state?: RequestState | undefined;
  /** How they ended. */
  outcome?: Outcome | undefined;
  /** The id of the token that they were asked with. */
  token?: string | undefined;
  /** The application's own word for them. */
  reference?: string | undefined;
  /** Accepted then or later, RFC 3339. */
  from?: string | undefined;
  /** Accepted earlier, RFC 3339. */
  to?: string | undefined;
}

/** Which facts to list: those that match everything. */
export interface EventQuery {
  /** What happened. */
  type?: FactType | undefined;
  /** `PLUGIN:ID`. */
  phone?: string | undefined;
  /** The application's id. */
  application?: string | undefined;
  /** The id of the token of who acted. */
  token?: string | undefined;
  /** The id of the token that it befell, where that is not who acted. */
  subject?: string | undefined;
  /** Those whose `seq` is below this: by a request's id, what stood before it. */
  before?: number | undefined;
}

/** What the chain is held against, and where. */
export interface CheckQuery {
  /** What was kept of a checkpoint: it must be in the chain. */
  checkpoint?: KeptCheckpoint;
  /** Several of them, 400 at most. */
  checkpoints?: readonly KeptCheckpoint[];
  /** One whose block is taken for right, if it has that hash: what stands before it is not looked at. */
  from?: KeptCheckpoint;
}

/** What to export: what matches everything. */
export interface ExportQuery {
  /** JSON Lines if left out. */
  format?: ExportFormat | undefined;
  /** `PLUGIN:ID`. */
  phone?: string | undefined;
  /** Accepted, or for a fact happened, then or later, RFC 3339. */
  from?: string | undefined;
  /** Accepted, or for a fact happened, earlier, RFC 3339. */
  to?: string | undefined;
}

/**
 * A server, as it is called over HTTP. Every call can end with `ServerUnreachable`, with `UnexpectedAnswer`, with
 * `CallRefused` (`code` is the HTTP status), and where phones are concerned with `PhoneError`. What waits for nothing
 * is given up after 30 s, unless a signal is given.
 */
export interface Server {
  /** Every phone that the token may see. */
  phones(options?: Abandonable): Promise<PhoneView[]>;
  /** One phone, by its name or device id. */
  phone(name: string, options?: Abandonable): Promise<PhoneView>;
  /** One record. One that has `damaged` is not as it was written, and may lack any other field but its `requestId`. */
  request(requestId: number, options?: Abandonable): Promise<RequestRecord | DamagedRecord>;
  /**
   * Records as of {@linkcode Server.request}, newest first, read page by page. What it returns at its end is whether there
   * are more than `limit`.
   */
  requests(
    query?: RequestQuery,
    options?: ListOptions,
  ): AsyncGenerator<RequestRecord | DamagedRecord, boolean, undefined>;
  /**
   * The other facts of the history, as {@linkcode Server.requests}. A kind that a later server has added comes too:
   * leave what you do not know. One that has `damaged` may lack any other field but its `seq`.
   */
  events(
    query?: EventQuery,
    options?: ListOptions,
  ): AsyncGenerator<HistoryEvent | DamagedEvent, boolean, undefined>;
  /** The newest block of the history. Kept elsewhere, it shows later whether the history is still the same. */
  checkpoint(options?: Abandonable): Promise<Checkpoint>;
  /** Derives the chain again; takes as long as the history is, and ends with the signal. */
  verify(options?: Abandonable & CheckQuery): Promise<Verdict>;
  /**
   * The history as it stands at its newest block, oldest first, as bytes while they come. It takes as long as the
   * history is, and ends with the signal; one that breaks off ends with `ServerUnreachable`.
   */
  exportHistory(
    query?: ExportQuery,
    options?: ExportOptions,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  /** The applications of every token. */
  applications(options?: Abandonable): Promise<ApplicationSummary[]>;
  /** Ends an application; an operator releases the phones of another's. */
  endApplication(application: string, options?: Abandonable): Promise<void>;
  /** Closes a handle; an operator releases the phone of another's. */
  closeHandle(handle: string, options?: Abandonable): Promise<Closed>;
  /** Every configured plugin. */
  plugins(options?: Abandonable): Promise<PluginView[]>;
  /** Commands a plugin; resolves with how it is when it does what it was told, and rejects if it cannot. */
  commandPlugin(name: string, command: "start" | "stop" | "reload", options?: Abandonable): Promise<PluginView>;
  /** The newest lines of a plugin's log, oldest first. */
  pluginLog(name: string, options?: Abandonable): Promise<LogLine[]>;
  /** Every token, without its secret. */
  tokens(options?: Abandonable): Promise<TokenView[]>;
  /** Makes a token; its secret is told this once. */
  createToken(token: TokenSpec, options?: Abandonable): Promise<MadeToken>;
  /** Gives a token another secret, told this once; the one before stays valid for a while. */
  rotateToken(id: string, rotation?: RotationSpec, options?: Abandonable): Promise<MadeToken>;
  /** Makes a token void and ends its applications. */
  revokeToken(id: string, options?: Abandonable): Promise<void>;
  /** Whether it can work, in its own words. */
  readiness(options?: Abandonable): Promise<Health>;
}

/** What a call carries, and what its answer must be. */
interface Call<Answer> extends Abandonable {
  readonly shape: Shape<Answer>;
  readonly body?: unknown;
  /** A status that is an answer too, and not a refusal. */
  readonly also?: number;
  /** How long the answer may take if there is no signal, milliseconds. */
  readonly patience?: number;
}

const nothing: Shape<undefined> = {
  schema: () => ({}),
  fault: (value, place) => value === undefined ? undefined : `${place} must be empty`,
};

/**
 * What names one thing, as a part of a path.
 *
 * @throws {CallRefused} If nothing can have that name: a path would lead elsewhere with it.
 */
function named(name: string | number): string {
  const text = String(name);
  if (text.isWellFormed() && !/^\.{0,2}$/.test(text)) return encodeURIComponent(text);
  throw new CallRefused(`Nothing is named ${JSON.stringify(text)}`, { code: 404 });
}

/**
 * A server at an address; nothing is sent before the first call.
 *
 * @param url `http://HOST:PORT` or `https://…`.
 * @throws {TypeError} If the URL is none of HTTP, or the token could not be sent.
 */
export function serverAt(url: string | URL, { token, transport }: ServerOptions): Server {
  const address = addressOf(url, { token, transport });

  /** Makes a call, such as `GET /v1/phones`. */
  async function call<Answer>(
    route: string,
    { shape, body, also, signal, patience = signal ? Infinity : PATIENCE_MS }: Call<Answer>,
  ): Promise<Answer> {
    const [method = "GET", path = ""] = route.split(" ");
    const what = `The answer to ${route}`;
    const response = await fetchPath(address, {
      path,
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      signal,
      patience,
      redirect: "manual",
    });
    const text = await bodyOf(response, { what, signal });
    const value = text === "" ? undefined : jsonOf(text);
    if (response.ok || response.status === also) return checked(value, shape, { what });
    throw problemOf(value) ?? new UnexpectedAnswer(`${what} is ${response.status}, and not of a Switchroom`);
  }

  async function* exportHistory(query: ExportQuery, { signal, named }: ExportOptions) {
    const route = "/v1/history/export";
    const what = `The answer to GET ${route}`;
    const path = `${route}?${new URLSearchParams(given({ ...query }))}`;
    const response = await fetchPath(address, { path, signal, patience: Infinity, redirect: "manual" });
    if (!response.ok || response.body === null) {
      const value = jsonOf(await bodyOf(response, { what, signal }));
      throw problemOf(value) ?? new UnexpectedAnswer(`${what} is ${response.status}, and not of a Switchroom`);
    }
    named?.(/filename="([^"]*)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "");
    yield* piecesOf(response.body, { what, signal });
  }

  /** Reads a list page by page. */
  async function* list<Page extends { next: string | null }, Item>(
    path: string,
    { query, shape, itemsOf, limit = Infinity, signal }: ListOptions & {
      query: object;
      shape: Shape<Page>;
      itemsOf: (page: Page) => Item[];
    },
  ): AsyncGenerator<Item, boolean, undefined> {
    if (!(limit === Infinity || Number.isSafeInteger(limit) && limit > 0)) {
      throw new RangeError(`Cannot list ${limit} of ${path}: the limit must be a whole number from 1 on`);
    }
    let left = limit;
    let cursor: string | null = null;
    let more = true;
    do {
      const asked = new URLSearchParams({ ...given(query), limit: String(Math.min(PAGE, left)), ...given({ cursor }) });
      const page: Page = await call(`GET ${path}?${asked}`, { shape, signal });
      if (page.next !== null && page.next === cursor) {
        throw new UnexpectedAnswer(`The answer to GET ${path} names itself as the next page`);
      }
      const items = itemsOf(page);
      yield* items.slice(0, left);
      more = page.next !== null || items.length > left;
      left -= items.length;
      cursor = page.next;
    } while (cursor !== null && left > 0);
    return more;
  }

  return {
    async phones(options) {
      return (await call("GET /v1/phones", { ...options, shape: shapes.Phones })).phones;
    },
    phone: async (name, options) => await call(`GET /v1/phones/${named(name)}`, { ...options, shape: shapes.Phone }),
    request: async (requestId, options) =>
      await call(`GET /v1/requests/${named(requestId)}`, { ...options, shape: shapes.FoundRecord }),
    requests: (query = {}, options) =>
      list("/v1/requests", { ...options, query, shape: shapes.RequestPage, itemsOf: ({ requests }) => requests }),
    events: (query = {}, options) =>
      list("/v1/history/events", { ...options, query, shape: shapes.EventPage, itemsOf: ({ events }) => events }),
    checkpoint: (options) => call("GET /v1/history/checkpoint", { ...options, shape: shapes.Checkpoint }),
    verify: ({ signal, ...query } = {}) =>
      call("POST /v1/history/verify", {
        shape: shapes.Verdict,
        signal,
        patience: Infinity,
        ...(Object.keys(query).length > 0 && { body: query }),
      }),
    exportHistory: (query = {}, options = {}) => exportHistory(query, options),
    async applications(options) {
      return (await call("GET /v1/applications", { ...options, shape: shapes.ApplicationList })).applications;
    },
    endApplication: async (application, options) =>
      await call(`DELETE /v1/applications/${named(application)}`, { ...options, shape: nothing }),
    closeHandle: async (handle, options) =>
      await call(`DELETE /v1/handles/${named(handle)}`, { ...options, shape: shapes.ClosedHandle }),
    async plugins(options) {
      return (await call("GET /v1/plugins", { ...options, shape: shapes.PluginList })).plugins;
    },
    commandPlugin: async (name, command, options) =>
      await call(`POST /v1/plugins/${named(name)}/${command}`, {
        ...options,
        shape: shapes.Plugin,
        patience: Infinity,
      }),
    async pluginLog(name, options) {
      const route = `GET /v1/plugins/${named(name)}/logs`;
      return (await call(route, { ...options, shape: shapes.PluginLog })).lines;
    },
    async tokens(options) {
      return (await call("GET /v1/tokens", { ...options, shape: shapes.TokenList })).tokens;
    },
    createToken: (token, options) => call("POST /v1/tokens", { ...options, shape: shapes.MadeToken, body: token }),
    rotateToken: (id, rotation = {}, options) =>
      call(`POST /v1/tokens/${named(id)}/rotate`, { ...options, shape: shapes.MadeToken, body: rotation }),
    revokeToken: async (id, options) => await call(`DELETE /v1/tokens/${named(id)}`, { ...options, shape: nothing }),
    readiness: (options) => call("GET /readyz", { ...options, shape: shapes.Readiness, also: 503 }),
  };
}
