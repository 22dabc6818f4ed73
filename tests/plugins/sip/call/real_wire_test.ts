import assert from "node:assert/strict";
import type { Call } from "../../../../plugins/sip/lib/call/mod.ts";
import { type Address, parseUri } from "../../../../plugins/sip/lib/message/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import { DEFAULT_ENDPOINT_BOUNDS, openEndpoint } from "../../../../plugins/sip/lib/transaction/mod.ts";
import {
  DEFAULT_TRANSPORT_BOUNDS,
  hostText,
  openTransports,
  type Peer,
  type TransportName,
} from "../../../../plugins/sip/lib/transport/mod.ts";
import { createUserAgent, type UserAgent } from "../../../../plugins/sip/lib/user_agent/mod.ts";

interface RealParty extends AsyncDisposable {
  agent: UserAgent;
  peer: Peer;
  /** The call that it takes. */
  taken: Promise<Call>;
}

/** A user agent on real sockets. */
async function openParty(
  { host, transport, rtpPorts }: { host: string; transport: TransportName; rtpPorts: [number, number] },
): Promise<RealParty> {
  const transports = await openTransports({
    listen: [{ host, port: 0 }],
    transports: [transport],
    bounds: DEFAULT_TRANSPORT_BOUNDS,
  });
  const taken = Promise.withResolvers<Call>();
  const endpoint = openEndpoint({ transports, clock: systemClock, bounds: DEFAULT_ENDPOINT_BOUNDS, log() {} });
  const agent = createUserAgent({
    endpoint,
    rtpPorts,
    local: transports.local,
    clock: systemClock,
    bounds: { mostCalls: 1, mostPacketsPerSecond: 100 },
    subscriptions: { most: 1, mostOfOne: 1, leastSeconds: 60, mostSeconds: 60 },
    product: "Test/1",
    log() {},
  });
  endpoint.serve({
    admit: () => "ok",
    onRequest(transaction) {
      if (!agent.receive(transaction)) taken.resolve(agent.takeCall(transaction));
    },
    onAck: (ack) => agent.receiveAck(ack),
  });
  transports.start({
    onMessage: (bytes, from) => endpoint.receive(bytes, from),
    onClosed: (from) => endpoint.lost(from),
  });
  const [{ port }] = [transports.local({ transport, host, port: 5060 })];
  return {
    agent,
    peer: { transport, host, port },
    taken: taken.promise,
    async [Symbol.asyncDispose]() {
      await agent.close();
      await endpoint.close();
    },
  };
}

const address: Address = { uri: parseUri("sip:100@phones.test"), params: [] };

for (const host of ["127.0.0.1", "::1"]) {
  for (const transport of ["udp", "tcp"] as const) {
    Deno.test(`a call over ${transport} and ${host}: rung, answered, digits both ways, hung up`, async () => {
      await using us = await openParty({ host, transport, rtpPorts: [24_800, 24_818] });
      await using phone = await openParty({ host, transport, rtpPorts: [24_820, 24_838] });
      const { peer } = phone;
      const uri = parseUri(`sip:200@${hostText(host)}:${peer.port};transport=${transport}`);
      const call = us.agent.call({ to: peer, uri, from: address, toAddress: address });
      const theirs = await phone.taken;
      await Promise.all([call.answered, theirs.answered]);

      const [ours, their] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
      call.onDigit = ours.resolve;
      theirs.onDigit = their.resolve;
      const guard = AbortSignal.timeout(10_000);
      await Promise.all([call.sendDigits("5", guard), theirs.sendDigits("#", guard)]);
      assert.deepEqual([await ours.promise, await their.promise], ["#", "5"]);

      await theirs.hold(true);
      assert.equal((await call.request("OPTIONS")).status, 200);
      assert.deepEqual(await theirs.hangUp(), { by: "us" });
      assert.deepEqual(await call.ended, { by: "phone" });
    });
  }
}
