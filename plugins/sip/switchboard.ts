/**
 * What the plugin is made of, joined: sockets, transactions, dialogs, phones and registrar.
 *
 * @module
 */
import type { Host } from "switchroom/plugin";
import type { Configuration } from "./configuration.ts";
import { responseTo } from "./lib/message/mod.ts";
import { atMost, systemClock, TokenBuckets } from "./lib/tools/mod.ts";
import { DEFAULT_ENDPOINT_BOUNDS, openEndpoint, type ServerTransaction } from "./lib/transaction/mod.ts";
import { DEFAULT_TRANSPORT_BOUNDS, openTransports } from "./lib/transport/mod.ts";
import { createUserAgent, type UserAgent } from "./lib/user_agent/mod.ts";
import { SipPhones } from "./phone/mod.ts";
import { DEFAULT_REGISTRAR_BOUNDS, openRegistrar, type Registrar } from "./registrar/mod.ts";

/** All that runs. */
export interface Switchboard {
  /** Ends every call and closes every socket; what phones do not confirm soon is not waited for. */
  close(): Promise<void>;
}

/** What phones may ask for outside of dialogs, beside REGISTER and OPTIONS. */
const METHODS = ["INVITE", "SUBSCRIBE"];

/** What we say that we are. */
const PRODUCT = "Switchroom";

/** How long phones may take to confirm the end, milliseconds: a plugin has 2 s to stop. */
const SHUTDOWN_MS = 1_000;

/** Lines about what strangers and phones do wrong: they must not drown those about what matters. */
const LOG = { perSecond: 1, burst: 20 };

/** A phone has one call or a few; an RTP stream has 50 packets a second. */
const AGENT_BOUNDS = { mostCalls: 1_000, mostPacketsPerSecond: 200 };

/** A phone watches each of its keys, and forgets its subscriptions when it is switched off. */
const SUBSCRIPTION_BOUNDS = { most: 20_000, mostOfOne: 512 };

/**
 * Opens the sockets, offers the phones, then lets those register that the server has taken. Each part is made of those
 * before it; what comes in goes the other way, and comes only when all are there.
 *
 * @throws {Error} If a socket cannot be had, or a phone is refused; nothing is left open then.
 */
export async function openSwitchboard(host: Host, configuration: Configuration): Promise<Switchboard> {
  const { listen, transports: kinds, realm, algorithms, register, rtpPorts } = configuration;
  const clock = systemClock;
  const lines = new TokenBuckets({ clock, ...LOG });
  const log = (text: string) => {
    if (lines.take("")) host.log.warn(text);
  };
  const transports = await openTransports({ listen, transports: kinds, bounds: DEFAULT_TRANSPORT_BOUNDS });
  const endpoint = openEndpoint({ transports, clock, bounds: DEFAULT_ENDPOINT_BOUNDS, log });
  const agent = createUserAgent({
    endpoint,
    local: (to) => transports.local(to),
    clock,
    rtpPorts,
    bounds: AGENT_BOUNDS,
    // No longer than registrations: whatever has forgotten a subscription, both are there again at the same time.
    subscriptions: { ...SUBSCRIPTION_BOUNDS, ...register },
    product: PRODUCT,
    log,
  });
  const phones = new SipPhones({ host, clock, agent, configuration });
  const hangUp = async () => {
    phones.stop();
    await atMost(agent.close(), { ms: SHUTDOWN_MS, clock });
  };
  const accounts = await phones.start().catch(async (error) => {
    await hangUp();
    await endpoint.close();
    throw error;
  });
  const registrar = openRegistrar({
    realm,
    accounts,
    algorithms,
    methods: METHODS,
    inDialog: (request, from) => agent.knows(request, from),
    expiry: register,
    bounds: DEFAULT_REGISTRAR_BOUNDS,
    clock,
    onChange: (change) => phones.registered(change),
    log,
  });
  endpoint.serve({
    admit: registrar.admit,
    onRequest: (transaction) => receive(transaction, { registrar, agent, phones }),
    believesAck: (ack, from) => agent.believesAck(ack, from),
    onAck: (ack) => agent.receiveAck(ack),
  });
  transports.start({
    onMessage: (bytes, from) => endpoint.receive(bytes, from),
    onMalformed: (fault, from) => endpoint.malformed(fault, from),
    onClosed(peer) {
      endpoint.lost(peer);
      registrar.lost(peer);
    },
  });
  return {
    async close() {
      await hangUp();
      registrar.close();
      await endpoint.close();
    },
  };
}

/** Hands a request that was admitted to whom it concerns. */
function receive(
  transaction: ServerTransaction,
  { registrar, agent, phones }: { registrar: Registrar; agent: UserAgent; phones: SipPhones },
): void {
  const { request } = transaction;
  if (request.method === "REGISTER") return registrar.register(transaction);
  if (agent.receive(transaction)) return;
  const user = registrar.userOf(request);
  if (user !== undefined && request.method === "INVITE") return phones.dialled(transaction, user);
  if (user !== undefined && request.method === "SUBSCRIBE") return phones.subscribe(transaction, user);
  transaction.respond(responseTo(request, request.method === "OPTIONS" ? 200 : 405));
}
