import fc from "fast-check";
import { deepEqual, equal, ok } from "node:assert/strict";
import { responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import {
  DEFAULT_ENDPOINT_BOUNDS,
  type OpenEndpoint,
  openEndpoint,
  type ServerTransaction,
  TransactionTimeout,
} from "../../../../plugins/sip/lib/transaction/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { type Fate, Wire } from "../dialog/support/wire.ts";
import { HandClock } from "../support/hand_clock.ts";
import { newRequest } from "./support/requests.ts";

const PHONE: Peer = { transport: "udp", host: "127.0.0.1", port: 2 };
const RUNS = { numRuns: 150 };

/** What becomes of the messages, one after the other; those after them arrive. */
const fates = fc.array(
  fc.oneof(
    fc.constant<Fate>("lost"),
    fc.constant<Fate>([0]),
    fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 3 }),
  ),
  { maxLength: 30 },
);

interface Network {
  clock: HandClock;
  wire: Wire;
  us: OpenEndpoint;
  taken: ServerTransaction[];
  acks: number;
  close(): Promise<void>;
}

function openNetwork(given: readonly Fate[], take: (transaction: ServerTransaction) => void): Network {
  const clock = new HandClock();
  const wire = new Wire(clock);
  const left = [...given];
  wire.fate = () => left.shift() ?? [0];
  const network: Network = { clock, wire, us: open(1), taken: [], acks: 0, close };
  const phone = open(2);
  return network;

  function open(port: number): OpenEndpoint {
    const transports = wire.join(port);
    const endpoint = openEndpoint({ transports, clock, bounds: DEFAULT_ENDPOINT_BOUNDS, log: () => {} });
    transports.start({ onMessage: (bytes, from) => endpoint.receive(bytes, from) });
    endpoint.serve({
      admit: () => "ok",
      onRequest(transaction) {
        network.taken.push(transaction);
        take(transaction);
      },
      onAck: () => network.acks++,
    });
    return endpoint;
  }

  async function close(): Promise<void> {
    await clock.pass(120_000);
    equal(clock.alarms, 0);
    await Promise.all([network.us.close(), phone.close()]);
  }
}

Deno.test("RFC 3261 17.1.2, 17.2.2: whatever the network loses, delays or doubles, a request is taken at most once, and answered or given up", async () => {
  await fc.assert(
    fc.asyncProperty(fates, async (given) => {
      const network = openNetwork(given, (transaction) => transaction.respond(responseTo(transaction.request, 200)));
      const outcome = network.us.request(newRequest("MESSAGE"), { to: PHONE }).then(
        ({ status }) => status,
        (error) => error,
      );
      await network.close();
      const end = await outcome;
      ok(end === 200 || end instanceof TransactionTimeout);
      ok(network.taken.length <= 1);
      if (end === 200) equal(network.taken.length, 1);
    }),
    RUNS,
  );
});

for (const final of [200, 486]) {
  Deno.test(`RFC 3261 17.1.1, 17.2.1: whatever the network loses, delays or doubles, an INVITE comes to ${final} and its ACK, or to nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 0, max: 5_000 }), async (given, ringsMs) => {
        const network = openNetwork(given, (transaction) => {
          transaction.respond(responseTo(transaction.request, 180, { toTag: "phone" }));
          network.clock.after(
            ringsMs,
            () => transaction.respond(responseTo(transaction.request, final, { toTag: "phone" })),
          );
        });
        const { us } = network;
        const outcome = us.invite(newRequest("INVITE"), { to: PHONE, onProvisional() {} }).final.then(({ status }) => {
          if (status === 200) us.acknowledge(newRequest("ACK", { to: "<sip:b@test>;tag=phone" }), PHONE);
          return status;
        }, (error) => error);
        await network.close();
        const end = await outcome;
        ok(end === final || end instanceof TransactionTimeout);
        ok(network.taken.length <= 1);
        const acknowledged = await network.taken[0]?.acknowledged.then(() => true, () => false);
        // Both sides are of one mind once the INVITE came through and the network has come to rest.
        if (end === final && given.length < 10) equal(acknowledged, true);
        equal(network.acks, final === 200 && acknowledged ? 1 : 0);
      }),
      RUNS,
    );
  });
}

Deno.test("RFC 3261 9: whatever the network loses, delays or doubles, a cancelled INVITE comes to an end on both sides", async () => {
  await fc.assert(
    fc.asyncProperty(fates, fc.integer({ min: 0, max: 5_000 }), async (given, cancelMs) => {
      const network = openNetwork(given, (transaction) => {
        transaction.respond(responseTo(transaction.request, 180, { toTag: "phone" }));
      });
      const { us, clock } = network;
      const invite = us.invite(newRequest("INVITE"), { to: PHONE, onProvisional() {} });
      clock.after(cancelMs, () => invite.cancel());
      const outcome = invite.final.then(({ status }) => status, (error) => error);
      await clock.pass(120_000);
      const end = await outcome;
      ok(end === 487 || end instanceof TransactionTimeout);
      if (end === 487) deepEqual(network.taken.map(({ cancelled }) => cancelled.aborted), [true]);
      for (const transaction of network.taken) transaction.respond(responseTo(transaction.request, 480));
      await network.close();
    }),
    RUNS,
  );
});
