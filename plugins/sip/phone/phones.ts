/**
 * All phones: one for each account.
 *
 * @module
 */
import type { Host } from "switchroom/plugin";
import type { AccountConfiguration, Configuration } from "../configuration.ts";
import { messageOf } from "../lib/dialog/mod.ts";
import { newToken, parseUri, plainUser, responseTo } from "../lib/message/mod.ts";
import { eventOf } from "../lib/subscription/mod.ts";
import { type Clock, TokenBuckets } from "../lib/tools/mod.ts";
import type { ServerTransaction } from "../lib/transaction/mod.ts";
import { type Peer, samePeer } from "../lib/transport/mod.ts";
import type { UserAgent } from "../lib/user_agent/mod.ts";
import { type Binding, type BindingChange, foldedLog } from "../registrar/mod.ts";
import { autoAnswerHeaders, ringHeaders } from "./alert.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { Contacts } from "./contacts.ts";
import { SipPhone } from "./driver.ts";
import { createKeepAlive, type KeepAlive } from "./keep_alive.ts";
import { Lamps } from "./lamps.ts";
import { Line } from "./line.ts";
import { Presence } from "./presence.ts";

/** What phones are made of. */
export interface PhonesOptions {
  host: Host;
  clock: Clock;
  agent: UserAgent;
  configuration: Configuration;
}

/**
 * How many phones are offered at a time: the server lets a plugin wait for 64 answers, and a slow disk answers each for
 * itself.
 */
const AT_ONCE = 32;

/** Why a phone cannot be reached after the last contact has gone: what an application reads. */
const WHY: Record<BindingChange["reason"], string> = {
  registered: "has registered nowhere",
  refreshed: "has registered nowhere",
  unregistered: "has unregistered",
  expired: "has not registered again in time",
  lost: "has lost its connection",
};

/** How often a phone may come or go; what is beyond it waits. */
const CHANGES = { perSecond: 1, burst: 8 };

/** How often all of them together may: the server takes 2,048 at once, and 50 a second. */
const CHANGES_OF_ALL = { perSecond: 45, burst: 1_900 };

/** How many digits a phone may send: a memory key dials ten a second, and what a person presses is far less. */
const DIGITS = { perSecond: 10, burst: 100 };

/** How many calls a phone may begin. */
const DIALS = { perSecond: 1, burst: 30 };

/** A phone with what belongs to it. */
interface Station {
  readonly account: AccountConfiguration;
  readonly driver: SipPhone;
  readonly presence: Presence;
  readonly keepAlive: KeepAlive;
}

export class SipPhones {
  readonly #options: PhonesOptions;
  readonly #stations = new Map<string, Station>();
  readonly #rates: Record<"changes" | "changesOfAll" | "digits" | "dials", TokenBuckets>;
  readonly #log: (text: string, key: string) => void;

  constructor(options: PhonesOptions) {
    this.#options = options;
    const { clock } = options;
    this.#rates = {
      changes: new TokenBuckets({ clock, ...CHANGES }),
      changesOfAll: new TokenBuckets({ clock, ...CHANGES_OF_ALL }),
      digits: new TokenBuckets({ clock, ...DIGITS }),
      dials: new TokenBuckets({ clock, ...DIALS }),
    };
    this.#log = foldedLog({ clock, log: (text) => options.host.log.info(text) });
  }

  /**
   * Offers a phone for every account, disconnected until it registers. One that the server does not take is left out.
   *
   * @returns The accounts whose phones there are: only these may register.
   * @throws {Error} (rejected) What the server says, if it takes none.
   */
  async start(): Promise<AccountConfiguration[]> {
    const { host, configuration: { accounts, rings } } = this.#options;
    const stations = accounts.map((account) => this.#install(account));
    const refusals: unknown[] = [];
    for (let first = 0; first < stations.length; first += AT_ONCE) {
      await Promise.all(
        stations.slice(first, first + AT_ONCE).map(async (station) => {
          const { account, driver } = station;
          const capabilities = capabilitiesOf(account, { ringModes: rings.length });
          const phone = { id: account.user, name: account.name, capabilities, connected: false };
          try {
            driver.phone = await host.addPhone(phone, driver);
            this.#stations.set(account.user, station);
          } catch (error) {
            refusals.push(error);
            stop(station);
            host.log.error(`accounts: ${account.user} is left out, the others work: ${messageOf(error)}`);
          }
        }),
      );
    }
    if (refusals.length > 0 && refusals.length === stations.length) throw refusals[0];
    return accounts.filter(({ user }) => this.#stations.has(user));
  }

  /** Takes up what the registrar tells. */
  registered({ user, bindings, reason, why }: BindingChange): void {
    const station = this.#stations.get(user);
    if (!station) return;
    const { driver, keepAlive } = station;
    if (reason !== "refreshed") {
      this.#log(`${user}: ${reason}, ${contactsText(bindings.length)} (${why})`, `${user} ${reason}`);
    }
    if (bindings.length === 0) this.#options.agent.subscriptions.drop(user);
    const flows = new Set(driver.contacts.bindings.filter(({ isFlow }) => isFlow).map(({ id }) => id));
    driver.contacts.registered(bindings, WHY[reason]);
    driver.contactsChanged();
    // Whether a contact whose connection is gone listens, or was switched off, nobody has said.
    if (reason === "lost") keepAlive.probe(bindings.filter(({ id, isFlow }) => !isFlow && flows.has(id)));
  }

  /** Takes a subscription of a phone to its lamps. */
  subscribe(transaction: ServerTransaction, user: string): void {
    const { request, from } = transaction;
    const station = this.#stations.get(user);
    const { secret = "", lamps = [] } = station?.account ?? {};
    const watched = plainUser(parseUri(request.uri));
    // A phone may ask for its messages by any name that it calls them from; a lamp has one of these.
    const isLamp = eventOf(request)?.package === "dialog";
    if (isLamp && watched !== user && !lamps.some((name) => name === watched)) {
      return transaction.respond(responseTo(request, 404, { toTag: newToken() }));
    }
    this.#options.agent.subscriptions.subscribe(transaction, {
      subscriber: user,
      credentials: { user, secret },
      currentPeer: this.#currentPeer(user, from),
      stateOf: (subscription) => station?.driver.lamps.stateOf(subscription) ?? "",
    });
  }

  /** Takes a call that a phone makes. */
  dialled(transaction: ServerTransaction, user: string): void {
    const { request, from } = transaction;
    const station = this.#stations.get(user);
    const status = station?.driver.dialled({
      number: plainUser(parseUri(request.uri)) ?? "",
      contact: this.#contactAt(user, from)?.id,
      take: () =>
        this.#options.agent.takeCall(transaction, {
          credentials: { user, secret: station.account.secret },
          currentPeer: this.#currentPeer(user, from),
        }),
    });
    if (status !== undefined) transaction.respond(responseTo(request, status, { toTag: newToken() }));
  }

  /** Leaves the phones alone; their calls were ended when they were closed. */
  stop(): void {
    for (const station of this.#stations.values()) stop(station);
  }

  /** Where a contact will be that is at an address now. */
  #currentPeer(user: string, now: Peer): () => Peer | undefined {
    const contact = this.#contactAt(user, now)?.id;
    return () => contact === undefined ? undefined : this.#stations.get(user)?.driver.contacts.peerOf(contact);
  }

  #contactAt(user: string, at: Peer): Binding | undefined {
    return this.#stations.get(user)?.driver.contacts.bindings.find(({ peer }) => samePeer(peer, at));
  }

  #install(account: AccountConfiguration): Station {
    const { clock, agent, configuration } = this.#options;
    const { realm, rings, offHookSeconds, keepAliveSeconds } = configuration;
    const { user, secret } = account;
    const contacts = new Contacts({
      user,
      secret,
      realm,
      agent,
      clock,
      log: (text) => this.#log(text, text),
    });
    const { changes, changesOfAll, digits, dials } = this.#rates;
    const presence = new Presence({ user, clock, rate: changes, rateOfAll: changesOfAll });
    const driver = new SipPhone({
      account,
      contacts,
      presence,
      lamps: (changed) =>
        new Lamps({
          user,
          realm,
          watched: account.lamps,
          contacts,
          subscriptions: agent.subscriptions,
          clock,
          changed,
        }),
      line: (events) =>
        new Line({
          clock,
          events,
          offHookMs: offHookSeconds * 1_000,
          ringHeaders: rings.map(ringHeaders),
          liftHeaders: autoAnswerHeaders(realm),
          invite: (headers) => {
            contacts.link.throwIfAborted();
            return contacts.reachable.map((binding) => ({
              call: agent.call({ ...contacts.outgoing(binding), headers }),
              contact: binding.id,
            }));
          },
        }),
      mayPress: () => digits.take(user),
      mayDial: () => dials.take(user),
      log: (text) => this.#log(text, text),
    });
    const keepAlive = createKeepAlive({
      clock,
      everyMs: keepAliveSeconds * 1_000,
      contacts,
      agent,
      changed: () => driver.contactsChanged(),
    });
    return { account, driver, presence, keepAlive };
  }
}

function stop({ keepAlive, presence }: Station): void {
  keepAlive.end();
  presence.end();
}

function contactsText(count: number): string {
  if (count === 1) return "1 contact";
  return count === 0 ? "no contact" : `${count} contacts`;
}
