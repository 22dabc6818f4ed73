import { deepEqual, equal, rejects } from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { parseAddress, SipHeaders, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { type Clock, systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import type { OutgoingRequest } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { Contacts } from "../../../../plugins/sip/phone/contacts.ts";
import { PATIENCE_MS } from "../../../../plugins/sip/phone/first_of.ts";
import type { Binding } from "../../../../plugins/sip/registrar/mod.ts";
import { HandClock } from "../support/hand_clock.ts";
import { never, standing } from "./support/line_bench.ts";

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

/** A contacts whose contacts answer what the test says, by the host that is asked. */
function contactsOf(answers: Record<string, number | Error | Promise<SipResponse>> = {}, clock: Clock = systemClock) {
  const asked: OutgoingRequest[] = [];
  const logged: string[] = [];
  const contacts = new Contacts({
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
    log: (text) => logged.push(text),
  });
  return { contacts, asked, logged };
}

Deno.test("a phone that has not registered cannot be reached, and says so", async () => {
  const { contacts, asked } = contactsOf();
  equal(contacts.link.aborted, true);
  await rejects(contacts.request({ method: "MESSAGE", signal: never() }), /it has not registered/);
  deepEqual(asked, []);
});

Deno.test("every contact is asked, at the peer that it registered from; the first that agrees is enough", async () => {
  const { contacts, asked } = contactsOf({ "127.0.0.2": 486 });
  contacts.registered([binding("127.0.0.2"), binding("127.0.0.3")], "");
  equal((await contacts.request({ method: "MESSAGE", signal: never() })).status, 200);
  deepEqual(asked.map(({ to, uri, method }) => [to.host, uri.host, method]), [
    ["127.0.0.2", "127.0.0.2", "MESSAGE"],
    ["127.0.0.3", "127.0.0.3", "MESSAGE"],
  ]);
  deepEqual(asked[0]?.credentials, { user: "1001", secret: "s3cret" });
});

Deno.test("a contact's refusal is told to the operator though another has agreed, by 200 to what it does not know perhaps", async () => {
  const late = Promise.withResolvers<SipResponse>();
  const { contacts, logged } = contactsOf({ "127.0.0.2": 489, "127.0.0.4": late.promise });
  contacts.registered([binding("127.0.0.2"), binding("127.0.0.3"), binding("127.0.0.4")], "");
  equal((await contacts.request({ method: "NOTIFY", signal: never() })).status, 200);
  late.resolve(answer(481));
  await standing(late.promise);
  deepEqual(logged, [
    "1001 has done what was asked, but its contact udp 127.0.0.2:5060 has refused it: SIP 489 Reason 489",
    "1001 has done what was asked, but its contact udp 127.0.0.4:5060 has refused it: SIP 481 Reason 481",
  ]);
});

Deno.test("a subscription is its whose address it is notified at, or who calls itself by its Contact, and nobody else's", () => {
  const { contacts } = contactsOf();
  const [desk, hall] = [binding("127.0.0.2"), binding("127.0.0.3")];
  contacts.registered([desk, hall], "");
  const elsewhere: Peer = { transport: "tcp", host: "127.0.0.9", port: 40_000 };
  equal(contacts.of({ peer: hall.peer, target: "sip:x@127.0.0.9" }), hall);
  equal(contacts.of({ peer: elsewhere, target: "sip:x@127.0.0.2" }), desk);
  equal(contacts.of({ peer: elsewhere, target: "sip:x@127.0.0.2:5070" }), undefined);
});

Deno.test("when none agrees, the refusal that says most is told", async () => {
  const { contacts } = contactsOf({ "127.0.0.2": 486, "127.0.0.3": 404, "127.0.0.4": new Error("broken") });
  contacts.registered([binding("127.0.0.2"), binding("127.0.0.3"), binding("127.0.0.4")], "");
  await rejects(contacts.request({ method: "MESSAGE", signal: never() }), (error) => {
    return error instanceof RequestRefused && error.status === 404;
  });
});

Deno.test("a phone that unregisters breaks its link with the reason; one that comes back has a new one", () => {
  const { contacts } = contactsOf();
  contacts.registered([binding("127.0.0.2")], "");
  const { link } = contacts;
  equal(link.aborted, false);
  contacts.registered([], "has unregistered");
  equal(link.aborted, true);
  equal(link.reason.message, "The phone cannot be reached: it has unregistered");
  contacts.registered([binding("127.0.0.2")], "");
  equal(contacts.link.aborted, false);
});

Deno.test("a silent contact is not asked, until it answers or registers again", () => {
  const { contacts } = contactsOf();
  const [desk, hall] = [binding("127.0.0.2"), binding("127.0.0.3")];
  contacts.registered([desk, hall], "");
  contacts.heard(desk, false);
  deepEqual(contacts.reachable, [hall]);
  equal(contacts.has(desk.id), false);
  contacts.heard(hall, false);
  equal(contacts.link.reason.message, "The phone cannot be reached: it does not answer any more");
  contacts.heard(hall, true);
  deepEqual([contacts.reachable, contacts.link.aborted], [[hall], false]);
  const again = binding("127.0.0.2", { cseq: 2 });
  contacts.registered([again, hall], "");
  deepEqual(contacts.reachable, [again, hall]);
  contacts.heard(desk, false);
  deepEqual(contacts.reachable, [again, hall], "what is heard of a registration that was refreshed meanwhile is old");
});

Deno.test("what the phone refuses at one contact is told soon, and asked no more of one that has not answered", async () => {
  const clock = new HandClock();
  const { contacts, asked } = contactsOf({ "192.0.2.1": 486, "192.0.2.2": new Promise(() => {}) }, clock);
  contacts.registered([binding("192.0.2.1"), binding("192.0.2.2")], "");
  const refused = rejects(contacts.request({ method: "MESSAGE", signal: never() }), /SIP 486/);
  await clock.pass(PATIENCE_MS);
  await refused;
  deepEqual(asked.map(({ signal }) => signal?.aborted), [true, true]);
});

Deno.test("a call is told where its contact is now, also when that has registered over another connection since", () => {
  const { contacts } = contactsOf();
  const before = binding("192.0.2.1");
  contacts.registered([before, binding("192.0.2.2")], "");
  const { to, currentPeer } = contacts.outgoing(before);
  const now: Peer = { transport: "tcp", host: "192.0.2.9", port: 40_000 };
  contacts.registered([{ ...before, peer: now }, binding("192.0.2.2")], "");
  deepEqual([to, currentPeer?.()], [before.peer, now]);
  contacts.registered([binding("192.0.2.2")], "");
  equal(currentPeer?.(), undefined);
});
