import { FakeTime } from "@std/testing/time";
import { deepEqual, equal } from "node:assert/strict";
import { parseAddress, SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import type { OutgoingRequest } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { Contacts } from "../../../../plugins/sip/phone/contacts.ts";
import { createKeepAlive } from "../../../../plugins/sip/phone/keep_alive.ts";

/** A phone with one contact, asked every 30 s, that answers what the test says. */
function ask(answer: (request: OutgoingRequest) => number | undefined, everyMs = 30_000) {
  const asked: OutgoingRequest[] = [];
  const agent = {
    request(request: OutgoingRequest) {
      asked.push(request);
      const status = answer(request);
      if (status !== undefined) {
        return Promise.resolve({ status, reason: "", headers: new SipHeaders(), body: new Uint8Array() });
      }
      return new Promise<never>((_, reject) => {
        request.signal?.addEventListener("abort", () => reject(request.signal?.reason), { once: true });
      });
    },
  };
  const contacts = new Contacts({
    user: "1001",
    secret: "s",
    realm: "phones.test",
    agent,
    clock: systemClock,
    log() {},
  });
  const peer = { transport: "udp", host: "127.0.0.1", port: 5070 } as const;
  const contact = parseAddress("<sip:1001@127.0.0.1:5070>");
  contacts.registered(
    [{ id: "desk", user: "1001", isFlow: false, contact, peer, callId: "a", cseq: 1, expiresAt: 1 }],
    "",
  );
  let changes = 0;
  const keepAlive = createKeepAlive({ clock: systemClock, everyMs, contacts, agent, changed: () => changes++ });
  return { asked, contacts, ...keepAlive, changes: () => changes };
}

Deno.test("a phone is asked by OPTIONS; whatever it answers, it is there", async () => {
  using time = new FakeTime();
  const { asked, contacts, end, changes } = ask(() => 405);
  await time.tickAsync(30_000);
  deepEqual(asked.map(({ method }) => method), ["OPTIONS"]);
  equal(contacts.link.aborted, false);
  await time.tickAsync(30_000);
  await time.tickAsync(0);
  deepEqual([asked.length, changes()], [2, 2]);
  end();
});

Deno.test("a phone that does not answer within 8 s cannot be reached, until it answers again", async () => {
  using time = new FakeTime();
  const phone: { status?: number } = {};
  const { contacts, end, changes } = ask(() => phone.status);
  await time.nextAsync();
  equal(contacts.link.aborted, false);
  await time.tickAsync(8_000);
  await time.tickAsync(0);
  deepEqual([contacts.link.aborted, changes()], [true, 1]);
  phone.status = 200;
  await time.tickAsync(30_000);
  await time.tickAsync(0);
  deepEqual([contacts.link.aborted, changes()], [false, 2]);
  end();
});

Deno.test("who is asked again and again has one question to answer: the one before is given up, and its silence says nothing", async () => {
  using time = new FakeTime();
  const { asked, probe, contacts, end } = ask(() => undefined, 0);
  const underWay = () => asked.filter(({ signal }) => !signal?.aborted).length;
  for (let question = 0; question < 50; question++) {
    probe(contacts.bindings);
    equal(underWay(), 1);
    await time.tickAsync(1_000);
  }
  deepEqual([asked.length, contacts.link.aborted], [50, false]);
  await time.tickAsync(8_000);
  await time.tickAsync(0);
  deepEqual([underWay(), contacts.link.aborted], [0, true]);
  end();
});

Deno.test("the question to a contact that has gone is given up with the next", async () => {
  using time = new FakeTime();
  const { asked, probe, contacts, end } = ask(() => undefined, 0);
  for (let contact = 0; contact < 20; contact++) {
    contacts.registered(contacts.bindings.map((binding) => ({ ...binding, id: `desk ${contact}` })), "");
    probe(contacts.bindings);
    await time.tickAsync(0);
  }
  deepEqual([asked.length, asked.filter(({ signal }) => !signal?.aborted).length], [20, 1]);
  end();
});

Deno.test("asking ends at once, and what is on its way is given up", async () => {
  using time = new FakeTime();
  const { asked, contacts, end, changes } = ask(() => undefined);
  await time.nextAsync();
  end();
  await time.tickAsync(60_000);
  deepEqual([asked.length, asked[0]?.signal?.aborted, changes(), contacts.link.aborted], [1, true, 0, false]);
});

Deno.test("a phone can be asked at once, also where it is never asked otherwise", async () => {
  using time = new FakeTime();
  const { asked, probe, contacts, end, changes } = ask(() => undefined, 0);
  await time.tickAsync(600_000);
  deepEqual([asked.length, changes()], [0, 0]);
  probe(contacts.bindings);
  await time.tickAsync(8_000);
  await time.tickAsync(0);
  deepEqual([asked.length, changes(), contacts.link.aborted], [1, 1, true]);
  await time.tickAsync(600_000);
  equal(asked.length, 1);
  end();
});
