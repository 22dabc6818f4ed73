import { deepEqual, equal, rejects } from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { parseAddress, SipHeaders, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { type Clock, systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import type { OutgoingRequest } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { PATIENCE_MS } from "../../../../plugins/sip/phone/first_of.ts";
import { Reach } from "../../../../plugins/sip/phone/reach.ts";
import type { Binding } from "../../../../plugins/sip/registrar/mod.ts";
import { HandClock } from "../support/hand_clock.ts";
import { never } from "./support/line_bench.ts";

const LATER = { expiresAt: 60_000, callId: "a" };

function binding(host: string, { cseq = 1, callId = "a" } = {}): Binding {
  return {
    ...LATER,
    id: host,
    isFlow: false,
    callId,
    cseq,
    user: "1001",
    contact: parseAddress(`<sip:1001@${host}>`),
    peer: { transport: "udp", host, port: 5060 },
  };
}

function answer(status: number): SipResponse {
  return { status, reason: `Reason ${status}`, headers: new SipHeaders(), body: new Uint8Array() };
}

/** A reach whose contacts answer what the test says, by the host that is asked. */
function reachOf(answers: Record<string, number | Error | Promise<SipResponse>> = {}, clock: Clock = systemClock) {
  const asked: OutgoingRequest[] = [];
  const reach = new Reach({
    user: "1001",
    secret: "s3cret",
    realm: "phones.test",
    agent: {
      request(request) {
        asked.push(request);
        const given = answers[request.to.host] ?? 200;
        if (given instanceof Promise) return given;
        return typeof given === "number" ? Promise.resolve(answer(given)) : Promise.reject(given);
      },
    },
    clock,
  });
  return { reach, asked };
}

Deno.test("a phone that has not registered cannot be reached, and says so", async () => {
  const { reach, asked } = reachOf();
  equal(reach.link.aborted, true);
  await rejects(reach.ask({ method: "MESSAGE", signal: never() }), /it has not registered/);
  deepEqual(asked, []);
});

Deno.test("every contact is asked, at the peer that it registered from; the first that agrees is enough", async () => {
  const { reach, asked } = reachOf({ "127.0.0.2": 486 });
  reach.registered([binding("127.0.0.2"), binding("127.0.0.3")], "");
  equal((await reach.ask({ method: "MESSAGE", signal: never() })).status, 200);
  deepEqual(asked.map(({ to, uri, method }) => [to.host, uri.host, method]), [
    ["127.0.0.2", "127.0.0.2", "MESSAGE"],
    ["127.0.0.3", "127.0.0.3", "MESSAGE"],
  ]);
  deepEqual(asked[0]?.credentials, { user: "1001", secret: "s3cret" });
});

Deno.test("when none agrees, the refusal that says most is told", async () => {
  const { reach } = reachOf({ "127.0.0.2": 486, "127.0.0.3": 404, "127.0.0.4": new Error("broken") });
  reach.registered([binding("127.0.0.2"), binding("127.0.0.3"), binding("127.0.0.4")], "");
  await rejects(reach.ask({ method: "MESSAGE", signal: never() }), (error) => {
    return error instanceof RequestRefused && error.status === 404;
  });
});

Deno.test("a phone that unregisters breaks its link with the reason; one that comes back has a new one", () => {
  const { reach } = reachOf();
  reach.registered([binding("127.0.0.2")], "");
  const { link } = reach;
  equal(link.aborted, false);
  reach.registered([], "has unregistered");
  equal(link.aborted, true);
  equal(link.reason.message, "The phone cannot be reached: it has unregistered");
  reach.registered([binding("127.0.0.2")], "");
  equal(reach.link.aborted, false);
});

Deno.test("a silent contact is not asked, until it answers or registers again", () => {
  const { reach } = reachOf();
  const [desk, hall] = [binding("127.0.0.2"), binding("127.0.0.3")];
  reach.registered([desk, hall], "");
  reach.heard(desk, false);
  deepEqual(reach.contacts, [hall]);
  equal(reach.has(desk.id), false);
  reach.heard(hall, false);
  equal(reach.link.reason.message, "The phone cannot be reached: it does not answer any more");
  reach.heard(hall, true);
  deepEqual([reach.contacts, reach.link.aborted], [[hall], false]);
  const again = binding("127.0.0.2", { cseq: 2 });
  reach.registered([again, hall], "");
  deepEqual(reach.contacts, [again, hall]);
  reach.heard(desk, false);
  deepEqual(reach.contacts, [again, hall], "what is heard of a registration that was refreshed meanwhile is old");
});

Deno.test("what the phone refuses at one contact is told soon, and asked no more of one that has not answered", async () => {
  const clock = new HandClock();
  const { reach, asked } = reachOf({ "192.0.2.1": 486, "192.0.2.2": new Promise(() => {}) }, clock);
  reach.registered([binding("192.0.2.1"), binding("192.0.2.2")], "");
  const refused = rejects(reach.ask({ method: "MESSAGE", signal: never() }), /SIP 486/);
  await clock.pass(PATIENCE_MS);
  await refused;
  deepEqual(asked.map(({ signal }) => signal?.aborted), [true, true]);
});

Deno.test("a call is told where its contact is now, also when that has registered over another connection since", () => {
  const { reach } = reachOf();
  const before = binding("192.0.2.1");
  reach.registered([before, binding("192.0.2.2")], "");
  const { to, currentPeer } = reach.outgoing(before);
  const now: Peer = { transport: "tcp", host: "192.0.2.9", port: 40_000 };
  reach.registered([{ ...before, peer: now }, binding("192.0.2.2")], "");
  deepEqual([to, currentPeer?.()], [before.peer, now]);
  reach.registered([binding("192.0.2.2")], "");
  equal(currentPeer?.(), undefined);
});
