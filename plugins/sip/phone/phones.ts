/**
 * All phones: one for each account.
 *
 * @module
 */
import type { Host } from "switchroom/plugin";
import type { AccountConfiguration, Configuration } from "../configuration.ts";
import type { BindingChange } from "../registrar/mod.ts";
import {
  type Clock,
  type NotifyBody,
  parseUri,
  responseTo,
  samePeer,
  type ServerTransaction,
  type Subscription,
  type UserAgent,
} from "../sip/mod.ts";
import { autoAnswerHeaders, ringHeaders } from "./alert.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { SipPhone } from "./driver.ts";
import { keepAlive } from "./keep_alive.ts";
import { Lamps } from "./lamps.ts";
import { Line } from "./line.ts";
import { contactKey, Reach } from "./reach.ts";

/** What phones are made of. */
export interface PhonesParts {
  host: Host;
  clock: Clock;
  agent: UserAgent;
  configuration: Configuration;
}

/** How many phones are offered at a time: the server lets a plugin wait for 64 answers, and a slow disk answers each for itself. */
const AT_ONCE = 32;

/** Why a phone cannot be reached after the last contact has gone: what an application reads. */
const WHY: Record<BindingChange["reason"], string> = {
  registered: "has registered nowhere",
  refreshed: "has registered nowhere",
  unregistered: "has unregistered",
  expired: "has not registered again in time",
  dropped: "was let go of",
};

/** A phone with what belongs to it. */
interface Station {
  readonly account: AccountConfiguration;
  readonly driver: SipPhone;
  /** Ends asking whether it is there. */
  readonly still: () => void;
}

/** See the module. */
export class SipPhones {
  readonly #parts: PhonesParts;
  readonly #stations = new Map<string, Station>();

  /** @param parts What they are made of. */
  constructor(parts: PhonesParts) {
    this.#parts = parts;
  }

  /** Offers a phone for every account, disconnected until it registers. */
  async start(): Promise<void> {
    const { host, configuration: { accounts, rings } } = this.#parts;
    // All at once: a phone may register before it has been offered.
    for (const account of accounts) this.#stations.set(account.user, this.#install(account));
    const stations = [...this.#stations.values()];
    for (let first = 0; first < stations.length; first += AT_ONCE) {
      await Promise.all(
        stations.slice(first, first + AT_ONCE).map(async ({ account, driver }) => {
          const capabilities = capabilitiesOf(account, { ringModes: rings.length });
          const phone = { id: account.user, name: account.name, capabilities, connected: false };
          driver.phone = await host.addPhone(phone, driver);
          driver.reachChanged();
        }),
      );
    }
  }

  /** Takes up what the registrar tells. */
  registered({ user, bindings, reason, why }: BindingChange): void {
    const driver = this.#stations.get(user)?.driver;
    if (!driver) return;
    if (reason !== "refreshed") this.#parts.host.log.info(`${user}: ${reason}, ${bindings.length} contacts (${why})`);
    if (bindings.length === 0) this.#parts.agent.subscriptions.drop(user);
    driver.reach.registered(bindings, WHY[reason]);
    driver.reachChanged();
  }

  /** What a subscription is told. */
  stateOf(subscription: Subscription): NotifyBody {
    return this.#stations.get(subscription.subscriber)?.driver.lamps.stateOf(subscription) ?? "";
  }

  /** Takes a subscription of a phone to its lamps. */
  subscribe(transaction: ServerTransaction, user: string): void {
    const secret = this.#stations.get(user)?.account.secret ?? "";
    this.#parts.agent.subscriptions.subscribe(transaction, { subscriber: user, credentials: { user, secret } });
  }

  /** Takes a call that a phone makes. */
  dialled(transaction: ServerTransaction, user: string): void {
    const { request, from } = transaction;
    const station = this.#stations.get(user);
    const binding = station?.driver.reach.bindings.find(({ peer }) => samePeer(peer, from));
    const status = station?.driver.dialled({
      number: parseUri(request.uri).user ?? "",
      contact: binding && contactKey(binding),
      take: () => this.#parts.agent.takeCall(transaction, { credentials: { user, secret: station.account.secret } }),
    });
    if (status !== undefined) transaction.respond(responseTo(request, status, { toTag: crypto.randomUUID() }));
  }

  /** Leaves the phones alone; their calls were ended when they were closed. */
  stop(): void {
    for (const { still } of this.#stations.values()) still();
  }

  #install(account: AccountConfiguration): Station {
    const { host, clock, agent, configuration } = this.#parts;
    const { realm, rings, offHookSeconds, keepAliveSeconds } = configuration;
    const { user, secret } = account;
    const reach = new Reach({ user, secret, realm, agent });
    const driver = new SipPhone({
      account,
      reach,
      lamps: (changed) =>
        new Lamps({ user, realm, watched: account.lamps, reach, subscriptions: agent.subscriptions, changed }),
      line: (events) =>
        new Line({
          clock,
          events,
          offHookMs: offHookSeconds * 1_000,
          ringHeaders: rings.map(ringHeaders),
          liftHeaders: autoAnswerHeaders(realm),
          invite: (headers) => {
            reach.link.throwIfAborted();
            return reach.contacts.map((binding) => ({
              call: agent.call({ ...reach.outgoing(binding), headers }),
              contact: contactKey(binding),
            }));
          },
        }),
      debug: (text) => host.log.debug(text),
    });
    const still = keepAliveSeconds === 0 ? () => {} : keepAlive({
      clock,
      everyMs: keepAliveSeconds * 1_000,
      reach,
      agent,
      changed: () => driver.reachChanged(),
    });
    return { account, driver, still };
  }
}
