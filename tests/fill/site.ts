/**
 * A place where a server has been running for years: its plugins and phones, the applications that hold them, the
 * tokens that these come with, and what of it all stands at the moment. What happens here is written as the server
 * writes it.
 *
 * @module
 */
import type { KeptToken, TokenStore } from "../../server/access/mod.ts";
import { PHONE_ERRORS } from "../../server/core/contract/errors.ts";
import type { Fact } from "../../server/core/contract/facts.ts";
import { timeText } from "../../server/core/contract/time.ts";
import type { Cause, Outcome } from "../../server/core/contract/record.ts";
import { anyOperation } from "../crash/operations.ts";
import type { Random } from "../simulation/random.ts";
import type { Agenda } from "./agenda.ts";
import type { Rows } from "./rows.ts";

/** What a request fails with that nobody's driver had words for. */
export const FAILED = PHONE_ERRORS.OPERATIONFAILED.value;

/** A plugin and its phones. */
export interface Plugin {
  readonly name: string;
  readonly phones: Phone[];
}

/** A phone. */
export interface Phone {
  /** `PLUGIN:ID`. */
  readonly id: string;
  readonly name: string;
  readonly plugin: Plugin;
  /** How many handles are open. */
  handles: number;
  readonly outstanding: Set<Request>;
}

/** A program that uses phones. Once it has ended, it begins anew when there is something to do. */
export interface Application {
  readonly name: string;
  /** The id of its token. */
  token: string;
  /** From where it calls. */
  address: string;
  /** Undefined while it has not begun. */
  id: string | undefined;
}

/** A phone that an application works with: it opens the phone again when it needs it. */
export interface Use {
  readonly application: Application;
  readonly phone: Phone;
  readonly privilege: "owner" | "monitor";
  /** Undefined while the phone is not open. */
  handle: string | undefined;
}

/** A request that is open. */
export interface Request {
  readonly id: number;
  readonly at: number;
  readonly use: Use;
  readonly handle: string;
}

/** How a request ends. */
export interface End {
  readonly outcome: Outcome;
  readonly result: number;
  readonly cause?: Cause;
  /** The driver's words. */
  readonly message?: string;
  /** Whether it never went out to its plugin. */
  readonly isHeldBack?: true;
}

/** What a server that runs here writes to. */
export interface Server {
  readonly rows: Rows;
  readonly tokens: TokenStore;
}

/** Why something was closed or ended. */
export interface Reason {
  readonly cause: Cause;
  /** By whose token, where it was not the application's own. */
  readonly by?: string;
  /** How what was outstanding ends; left out, it is aborted for the same cause. */
  readonly end?: Pick<End, "outcome" | "cause">;
}

const PLUGINS = ["sip", "virtual", "hotel", "door"];

const ROOMS = ["Reception", "Küche", "Lager 2", "Salle de réunion", "Sales", "Ward 3", "Gate", "Workshop", "会議室"];

const APPLICATIONS = [
  "Reception",
  "Click to dial",
  "Night service",
  "Störungsannahme",
  "Wake-up calls",
  "Paging",
  "Call recorder",
  "Wallboard",
  "Directory",
  "Door opener",
];

const TOKENS = ["front desk", "integrations", "night shift", "facility", "monitoring"];

/** From where calls come. */
export const ADDRESSES = ["127.0.0.1", "192.0.2.17", "192.0.2.48", "198.51.100.7", "2001:db8:0:1::5", "2001:db8:7::1"];

/** How long it takes at most to send a request to its plugin, in milliseconds. */
const DISPATCH_MS = 3;

/** What an application brings about itself. */
const OWN_WISH: readonly Cause[] = ["close", "shutdown"];

/** What an application hears no reply after. */
const UNHEARD: readonly Cause[] = [...OWN_WISH, "leaseExpired", "tokenRevoked", "tokenExpired"];

/** Of so many phones, one is monitored beside its owner. */
const MONITORED = 6;

/** The site: as many phones as are asked for. */
export class Site {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly plugins: readonly Plugin[];
  readonly phones: readonly Phone[];
  readonly uses: readonly Use[];
  readonly applications: readonly Application[];
  /** The id of the token that everything can be done with. */
  operator = "";
  #server: Server | undefined;
  #requests = 0;

  /** No server runs here yet. */
  constructor({ random, agenda, phones }: { random: Random; agenda: Agenda; phones: number }) {
    this.random = random;
    this.agenda = agenda;
    this.plugins = PLUGINS.map((name) => ({ name, phones: [] }));
    this.phones = Array.from({ length: phones }, (_, nth) => {
      const plugin = this.plugins[nth % this.plugins.length]!;
      const phone: Phone = {
        id: `${plugin.name}:desk-${nth + 1}`,
        name: `${ROOMS[nth % ROOMS.length]} ${nth + 1}`,
        plugin,
        handles: 0,
        outstanding: new Set(),
      };
      plugin.phones.push(phone);
      return phone;
    });
    this.applications = APPLICATIONS.map((name, nth) => ({
      name,
      token: "",
      address: ADDRESSES[nth % ADDRESSES.length]!,
      id: undefined,
    }));
    const use = (phone: Phone, privilege: Use["privilege"]): Use => ({
      application: random.pick(this.applications),
      phone,
      privilege,
      handle: undefined,
    });
    this.uses = this.phones.flatMap((phone, nth) => [
      use(phone, "owner"),
      ...nth % MONITORED === 0 ? [use(phone, "monitor")] : [],
    ]);
  }

  /** How many requests have been accepted. */
  get requests(): number {
    return this.#requests;
  }

  /** Where the server that runs writes to. */
  get rows(): Rows {
    return this.#running.rows;
  }

  get #running(): Server {
    if (this.#server === undefined) throw new Error("No server runs here");
    return this.#server;
  }

  /** An id such as the server makes them: 128 bits. */
  newId(): string {
    const words = Uint32Array.from({ length: 4 }, () => this.random.below(0x1_0000_0000));
    return new Uint8Array(words.buffer).toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** One of the uses: some phones have much to do, most have little. */
  anyUse(): Use {
    const { random, uses } = this;
    return uses[Math.min(random.below(uses.length), random.below(uses.length), random.below(uses.length))]!;
  }

  /** As {@linkcode anyUse}, of a phone that nobody else uses: its close is the phone's. */
  onlyUse(): Use {
    const use = this.anyUse();
    return this.uses.some((other) => other !== use && other.phone === use.phone) ? this.onlyUse() : use;
  }

  /** Makes a token, through the store. */
  async createToken({ name, scopes, by }: { name: string; scopes: string[]; by?: string }): Promise<string> {
    const id = `t-${Array.from({ length: 12 }, () => this.random.below(16).toString(16)).join("")}`;
    const hash = await this.#newHash();
    const kept: KeptToken = { id, name, hash, scopes, phones: null, createdAt: this.agenda.now };
    await this.rows.flush();
    await this.#running.tokens.add(kept, by === undefined ? {} : { by: { token: by, address: ADDRESSES[0]! } });
    this.rows.wasWritten();
    return id;
  }

  /** Makes the tokens that the site begins with. */
  async createTokens(): Promise<void> {
    this.operator = await this.createToken({ name: "bootstrap", scopes: ["admin"] });
    const made: string[] = [];
    for (const name of TOKENS) {
      made.push(await this.createToken({ name, scopes: ["control", "monitor"], by: this.operator }));
    }
    for (const [nth, application] of this.applications.entries()) application.token = made[nth % made.length]!;
  }

  /** Replaces a token by another of the same name, as it is revoked or has come to its end: who comes with it is ended. */
  async renewToken(token: string, { expires }: { expires: boolean }): Promise<void> {
    const { name, scopes } = this.#running.tokens.list().find(({ id }) => id === token)!;
    const { operator: by } = this;
    const own = this.applications.filter((application) => application.token === token);
    const reason: Reason = expires ? { cause: "tokenExpired" } : { cause: "tokenRevoked", by };
    for (const application of own) this.end(application, reason);
    await this.#endToken(token, { name, expires });
    const next = await this.createToken({ name, scopes, by });
    for (const application of own) application.token = next;
  }

  /** Takes a token off the disk. One that expires is given its end first, by a rotation: what is to come is not known. */
  async #endToken(token: string, { name, expires }: { name: string; expires: boolean }): Promise<void> {
    const { tokens } = this.#running;
    if (!expires) {
      await this.rows.flush();
      await tokens.remove(token, { token: this.operator, address: ADDRESSES[0]! });
      return this.rows.wasWritten();
    }
    const expiresAt = this.agenda.now;
    await this.rotateToken(token, { expiresAt });
    this.note({ type: "tokenExpiring", detail: { subject: token, name, expiresAt: timeText(expiresAt) } });
    await this.rows.flush();
    await tokens.expire(token);
    this.rows.wasWritten();
  }

  /** Gives a token another secret, in the place of the one before. */
  async rotateToken(token: string, end?: { expiresAt: number }): Promise<void> {
    const by = { token: this.operator, address: ADDRESSES[0]! };
    const rotation = { hash: await this.#newHash(), at: this.agenda.now, until: null, ...end };
    await this.rows.flush();
    await this.#running.tokens.rotate(token, { ...rotation, by });
    this.rows.wasWritten();
  }

  async #newHash(): Promise<Uint8Array> {
    const secret = new TextEncoder().encode(`sr_${this.newId()}${this.newId()}`);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", secret));
  }

  /** Another fact. */
  note(fact: Fact): void {
    this.rows.note(fact);
  }

  /** The plugins start, the phones come. */
  start(server: Server): void {
    this.#server = server;
    for (const plugin of this.plugins) {
      this.note({ type: "pluginStarted", plugin: plugin.name });
      for (const { id, name } of plugin.phones) {
        this.note({ type: "phoneAdded", plugin: plugin.name, phone: id, detail: { name } });
      }
      this.note({ type: "pluginReady", plugin: plugin.name });
    }
  }

  /** The server is killed: whatever was open is open no more, and nobody has written so. */
  forget(): void {
    this.agenda.clear();
    for (const application of this.applications) application.id = undefined;
    for (const use of this.uses) use.handle = undefined;
    for (const phone of this.phones) {
      phone.handles = 0;
      phone.outstanding.clear();
    }
  }

  /** The server stops in order. */
  stop(): void {
    for (const application of this.applications) this.end(application, { cause: "serverStop" });
    for (const plugin of this.plugins) this.losePlugin(plugin, { cause: "pluginStop", detail: "the server stops" });
    this.forget();
  }

  /** A request is accepted. */
  request(use: Use): Request {
    const { random, agenda } = this;
    const { application, phone } = use;
    const handle = this.#open(use);
    const at = agenda.now;
    const { operation, params } = anyOperation(random, use.privilege);
    const id = this.rows.accept({
      at,
      operation,
      params,
      phone: phone.id,
      plugin: phone.plugin.name,
      application: { id: this.#begin(application), name: application.name },
      token: application.token,
      handle,
      ...random.below(5) < 2 ? { reference: `call-${random.below(100_000_000)}` } : {},
    });
    this.#requests++;
    const request: Request = { id, at, use, handle };
    phone.outstanding.add(request);
    return request;
  }

  /** A request is completed, unless it is already. A reply goes to the handle that it was asked through, if to any. */
  finish(request: Request, { outcome, result, cause, message, isHeldBack }: End): void {
    const { id, at, use, handle } = request;
    if (!use.phone.outstanding.delete(request)) return;
    const { now } = this.agenda;
    this.rows.complete({
      requestId: id,
      at: now,
      dispatchedAt: isHeldBack ? null : Math.min(at + this.random.below(DISPATCH_MS), now),
      outcome,
      result,
      ...(cause === undefined ? {} : { cause }),
      ...(message === undefined ? {} : { message }),
      reply: use.handle === handle ? "sent" : "suppressed",
      tookUs: (now - at) * 1_000 + this.random.below(1_000),
    });
  }

  /** An application begins, if it has not. @returns Its id. */
  #begin(application: Application): string {
    if (application.id !== undefined) return application.id;
    const { token, name, address } = application;
    application.id = this.newId();
    this.note({ type: "applicationStarted", token, application: application.id, address, detail: { name } });
    return application.id;
  }

  /** An application opens a phone, if it has not. @returns The handle. */
  #open(use: Use): string {
    if (use.handle !== undefined) return use.handle;
    const { application, phone, privilege } = use;
    const id = this.#begin(application);
    const handle = use.handle = this.newId();
    phone.handles++;
    this.note({
      type: "handleOpened",
      token: application.token,
      application: id,
      address: application.address,
      plugin: phone.plugin.name,
      phone: phone.id,
      handle,
      detail: { privilege },
    });
    return handle;
  }

  /** A handle is closed; with the last one the phone, and so what is outstanding there. */
  close(use: Use, { cause, by, end = { outcome: "aborted", cause } }: Reason): void {
    const { application, phone, handle } = use;
    if (handle === undefined) return;
    if (UNHEARD.includes(cause)) use.handle = undefined;
    phone.handles--;
    const lastHandle = phone.handles === 0;
    const outstanding = lastHandle ? [...phone.outstanding] : [];
    for (const request of outstanding) this.finish(request, { ...end, result: FAILED });
    use.handle = undefined;
    const { actor, subject } = actorAndSubject(application, { cause, by });
    this.note({
      type: "handleClosed",
      ...actor,
      application: application.id!,
      plugin: phone.plugin.name,
      phone: phone.id,
      handle,
      detail: { cause, lastHandle, completed: outstanding.length, ...subject },
    });
  }

  /** An application ends, and with it its handles. */
  end(application: Application, { cause, by }: Reason): void {
    const { id, name } = application;
    if (id === undefined) return;
    for (const use of this.uses) if (use.application === application) this.close(use, { cause, ...by && { by } });
    const { actor, subject } = actorAndSubject(application, { cause, by });
    this.note({ type: "applicationEnded", ...actor, application: id, detail: { cause, name, ...subject } });
    application.id = undefined;
  }

  /** A phone is closed against the will of those who hold it. */
  closePhone(phone: Phone, reason: Reason): void {
    for (const use of this.uses) if (use.phone === phone) this.close(use, reason);
  }

  /** A plugin closes a phone by itself. */
  forceClose(phone: Phone): void {
    const detail = { handles: phone.handles, completed: phone.outstanding.size };
    this.note({ type: "phoneForceClosed", plugin: phone.plugin.name, phone: phone.id, detail });
    this.closePhone(phone, { cause: "forcedClose" });
  }

  /** A plugin's process ends: what it had under way is lost, its phones are gone from the line. */
  losePlugin(plugin: Plugin, { cause, detail }: { cause: Cause; detail: string }): void {
    const type = cause === "pluginStop" ? "pluginStopped" : "pluginFailed";
    this.note({ type, plugin: plugin.name, detail: { cause, detail } });
    for (const phone of plugin.phones) {
      this.closePhone(phone, { cause, end: { outcome: "lost", cause } });
      this.note({ type: "phoneDisconnected", plugin: plugin.name, phone: phone.id });
    }
  }

  /** A plugin's process starts again. */
  regainPlugin(plugin: Plugin): void {
    this.note({ type: "pluginStarted", plugin: plugin.name });
    this.note({ type: "pluginReady", plugin: plugin.name });
    for (const { id } of plugin.phones) this.note({ type: "phoneConnected", plugin: plugin.name, phone: id });
  }
}

/** Who acted, from where, and whom it befell, as facts have it. */
function actorAndSubject(
  { token: own, address }: Application,
  { cause, by }: { cause: Cause; by: string | undefined },
): { actor?: { token: string; address: string }; subject?: { subject: string } } {
  if (OWN_WISH.includes(cause)) return { actor: { token: own, address } };
  return {
    ...by !== undefined && { actor: { token: by, address: ADDRESSES[0]! } },
    subject: { subject: own },
  };
}
