/**
 * A party on a wire: a user agent over a real endpoint, or what plays one.
 *
 * @module
 */
import type { Call } from "../../../../../plugins/sip/lib/call/mod.ts";
import type { Outgoing } from "../../../../../plugins/sip/lib/dialog/mod.ts";
import { type Address, parseUri } from "../../../../../plugins/sip/lib/message/mod.ts";
import type { NotifyBody, SubscriptionBounds } from "../../../../../plugins/sip/lib/subscription/mod.ts";
import {
  DEFAULT_ENDPOINT_BOUNDS,
  type OpenEndpoint,
  openEndpoint,
  type ServerTransaction,
} from "../../../../../plugins/sip/lib/transaction/mod.ts";
import type { Peer } from "../../../../../plugins/sip/lib/transport/mod.ts";
import { createUserAgent, type UserAgent } from "../../../../../plugins/sip/lib/user_agent/mod.ts";
import { HandClock } from "../../support/hand_clock.ts";
import { Wire } from "./wire.ts";

const SUBSCRIPTION_BOUNDS: SubscriptionBounds = { most: 8, mostOfOne: 3, leastSeconds: 60, mostSeconds: 7200 };

/** One party. */
export interface Party {
  readonly port: number;
  readonly agent: UserAgent;
  readonly endpoint: OpenEndpoint;
  /** Calls that it has taken. */
  readonly taken: Call[];
  /** What it does with an INVITE outside of dialogs, if not take it. */
  onInvite: ((transaction: ServerTransaction) => void) | undefined;
  /** What it does with any request before its user agent sees it; whether it has answered. */
  onRequest: ((transaction: ServerTransaction) => boolean) | undefined;
  /** What it tells subscribers. */
  stateOf: () => NotifyBody;
  /** What it logged. */
  readonly logged: string[];
}

/** Two parties, a clock and the wire between them. `us` is what is tested; `phone` mostly too, from the other side. */
export interface Bench extends AsyncDisposable {
  readonly clock: HandClock;
  readonly wire: Wire;
  readonly us: Party;
  readonly phone: Party;
}

/** Where a party is. */
export function peerOf({ port }: Party): Peer {
  return { transport: "udp", host: "127.0.0.1", port };
}

/** What rings one party from the other. */
export function ring(from: Party, to: Party): Outgoing {
  return { to: peerOf(to), uri: parseUri(`sip:200@127.0.0.1:${to.port}`), from: address(from), toAddress: address(to) };
}

function address({ port }: Party): Address {
  return { uri: parseUri(`sip:${port}@phones.test`), params: [] };
}

/** Opens both; RTP ports of `us` are the even ones of a range. */
export function openBench({ rtpPorts = [24_000, 24_198] }: { rtpPorts?: readonly [number, number] } = {}): Bench {
  const clock = new HandClock();
  const wire = new Wire(clock);
  const us = openParty(5060, { clock, wire, rtpPorts });
  const phone = openParty(5070, { clock, wire, rtpPorts: [24_200, 24_398] });
  return {
    clock,
    wire,
    us,
    phone,
    async [Symbol.asyncDispose]() {
      // Who was lost on the wire must not keep the other waiting for its sockets.
      wire.fate = () => [0];
      const closed = Promise.all([us.agent.close(), phone.agent.close()]);
      await clock.pass(70_000);
      await closed;
      await Promise.all([us.endpoint.close(), phone.endpoint.close()]);
    },
  };
}

function openParty(
  port: number,
  { clock, wire, rtpPorts }: { clock: HandClock; wire: Wire; rtpPorts: readonly [number, number] },
): Party {
  const transports = wire.join(port);
  const logged: string[] = [];
  const log = (text: string) => logged.push(text);
  const endpoint = openEndpoint({ transports, clock, bounds: DEFAULT_ENDPOINT_BOUNDS, log });
  const party: Party = {
    port,
    endpoint,
    taken: [],
    logged,
    onInvite: undefined,
    onRequest: undefined,
    stateOf: () => "state",
    agent: createUserAgent({
      endpoint,
      clock,
      rtpPorts,
      local: transports.local,
      bounds: { mostCalls: 8, mostPacketsPerSecond: 100 },
      subscriptions: SUBSCRIPTION_BOUNDS,
      product: "Test/1",
      log,
    }),
  };
  endpoint.serve({
    admit: () => "ok",
    onRequest: (transaction) => receive(party, transaction),
    believesAck: (ack, from) => party.agent.believesAck(ack, from),
    onAck: (ack) => party.agent.receiveAck(ack),
  });
  transports.start({ onMessage: (bytes, from) => endpoint.receive(bytes, from) });
  return party;
}

function receive(party: Party, transaction: ServerTransaction): void {
  if (party.onRequest?.(transaction) || party.agent.receive(transaction)) return;
  switch (transaction.request.method) {
    case "INVITE":
      if (party.onInvite) party.onInvite(transaction);
      else party.taken.push(party.agent.takeCall(transaction));
      return;
    case "SUBSCRIBE":
      return party.agent.subscriptions.subscribe(transaction, { subscriber: "200", stateOf: () => party.stateOf() });
  }
}
