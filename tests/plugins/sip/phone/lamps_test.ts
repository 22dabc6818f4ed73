import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { parseAddress, SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";
import type { NotifyBody, Subscription } from "../../../../plugins/sip/lib/subscription/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import type { OutgoingRequest } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { Contacts } from "../../../../plugins/sip/phone/contacts.ts";
import { Lamps } from "../../../../plugins/sip/phone/lamps.ts";
import { never, standing } from "./support/line_bench.ts";

const OK = { status: 200, reason: "OK", headers: new SipHeaders(), body: new Uint8Array() };
const text = (body: NotifyBody) => typeof body === "string" ? body : body(0);

interface Options {
  /** The resources that the phone watches. */
  subscribed?: string[];
  /** What it answers, everywhere. */
  status?: number;
  /** What it answers in a subscription to this resource. */
  notifies?: (resource: string) => Promise<number>;
}

function lampsOf({ subscribed = [], status = 200, notifies = () => Promise.resolve(status) }: Options = {}) {
  const notified: string[] = [];
  const asked: OutgoingRequest[] = [];
  const changed: number[] = [];
  const answers = { unasked: status };
  const contacts = new Contacts({
    user: "1001",
    secret: "s",
    realm: "phones.test",
    agent: { request: (request) => Promise.resolve((asked.push(request), { ...OK, status: answers.unasked })) },
    clock: systemClock,
    log() {},
  });
  const peer = { transport: "udp", host: "127.0.0.1", port: 5070 } as const;
  const contact = parseAddress("<sip:1001@127.0.0.1:5070>");
  const all: Subscription[] = subscribed.map((resource) => ({
    event: resource === "1001" ? "message-summary" : "dialog",
    subscriber: "1001",
    resource,
    peer,
    target: "sip:1001@127.0.0.1:5070",
    active: true,
  }));
  const lamps = new Lamps({
    user: "1001",
    realm: "phones.test",
    watched: ["1002", "1003"],
    contacts,
    subscriptions: {
      of: (_, { event, resource } = {}) =>
        all.filter((one) => one.event === event && (resource === undefined || one.resource === resource)),
      async notify(subscription, { body }) {
        notified.push(`${subscription.resource}: ${text(body)}`);
        return { ...OK, status: await notifies(subscription.resource) };
      },
    },
    clock: systemClock,
    changed: (lamp) => changed.push(lamp),
  });
  /** The phone registers; a refresh has the same Call-ID, and a phone that was switched on again another. */
  const registers = async (callId: string) => {
    const binding = { id: "desk", user: "1001", isFlow: false, contact, peer, callId, cseq: 1, expiresAt: 1 };
    contacts.registered(callId === "" ? [] : [binding], "");
    await lamps.contactsChanged();
  };
  void registers("first");
  return { lamps, notified, asked, changed, answers, registers };
}

Deno.test("RFC 3842: the message lamp is set in the phone's subscription, or without one by an unsolicited NOTIFY", async () => {
  const subscribed = lampsOf({ subscribed: ["1001"] });
  await subscribed.lamps.set({ lamp: 12, mode: "steady" }, never());
  equal(subscribed.notified.length, 1);
  equal(
    /^1001: Messages-Waiting: yes\r\nMessage-Account: sip:1001@phones.test\r\n/.test(subscribed.notified[0]!),
    true,
  );
  deepEqual(subscribed.asked, []);
  const unsolicited = lampsOf();
  await unsolicited.lamps.set({ lamp: 12, mode: "steady" }, never());
  const [request] = unsolicited.asked;
  equal(request?.method, "NOTIFY");
  equal(new SipHeaders(request?.headers).get("Event"), "message-summary");
  equal(new SipHeaders(request?.headers).get("Content-Type"), "application/simple-message-summary");
});

Deno.test("a lamp shows what the phone has taken: a refused one stays as it was, and only changes are told (Q30)", async () => {
  const { lamps, changed } = lampsOf({ subscribed: ["1001"], status: 200 });
  await lamps.set({ lamp: 12, mode: "off" }, never());
  deepEqual([lamps.mode(12), changed], ["off", []]);
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  deepEqual([lamps.mode(12), changed], ["steady", [12]]);
  const refusing = lampsOf({ status: 489 });
  await rejects(refusing.lamps.set({ lamp: 12, mode: "steady" }, never()), /SIP 489/);
  deepEqual([refusing.lamps.mode(12), refusing.changed], ["off", []]);
});

Deno.test("RFC 4235: line lamps show terminated, early and confirmed as off, flash and steady", async () => {
  const { lamps, notified } = lampsOf({ subscribed: ["1003"] });
  for (const mode of ["steady", "flash", "off"] as const) await lamps.set({ lamp: 14, mode }, never());
  deepEqual(notified.map((body) => /<state>(\w+)/.exec(body)?.[1]), ["confirmed", "early", "terminated"]);
  equal(/entity="sip:1003@phones.test"/.test(notified[0]!), true);
});

Deno.test("a line lamp that the phone does not watch is an error that says how it could", async () => {
  const { lamps } = lampsOf({ subscribed: ["1003"] });
  await rejects(
    lamps.set({ lamp: 13, mode: "flash" }, never()),
    /has not subscribed to the dialogs of sip:1002@phones/,
  );
  equal(lamps.mode(13), "off");
});

Deno.test("a phone that subscribes later is told the present state", async () => {
  const { lamps } = lampsOf({ subscribed: ["1002", "1001"] });
  await lamps.set({ lamp: 13, mode: "flash" }, never());
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  equal(/early/.test(text(lamps.stateOf({ event: "dialog", resource: "1002" }))), true);
  equal(/terminated/.test(text(lamps.stateOf({ event: "dialog", resource: "nobody" }))), true);
  equal(/yes/.test(text(lamps.stateOf({ event: "message-summary", resource: "1001" }))), true);
  deepEqual(lamps.all, [{ lamp: 12, mode: "steady" }, { lamp: 13, mode: "flash" }, { lamp: 14, mode: "off" }]);
});

Deno.test("a message lamp that does not answer is told nothing more meanwhile, and holds up no other", async () => {
  const late = Promise.withResolvers<number>();
  const notifies = (resource: string) => resource === "1001" ? late.promise : Promise.resolve(200);
  const { lamps } = lampsOf({ subscribed: ["1001", "1002", "1003"], notifies });
  const silent = lamps.set({ lamp: 12, mode: "steady" }, never());
  const after = lamps.set({ lamp: 12, mode: "off" }, never());
  await lamps.set({ lamp: 14, mode: "flash" }, never());
  await lamps.set({ lamp: 13, mode: "flash" }, never());
  deepEqual(lamps.all, [{ lamp: 12, mode: "off" }, { lamp: 13, mode: "flash" }, { lamp: 14, mode: "flash" }]);
  equal(await standing(after), "pending");
  late.resolve(200);
  await silent;
  await after;
});

Deno.test("a phone that was switched on again and does not subscribe is told that messages wait; a refresh tells it nothing", async () => {
  const { lamps, asked, registers, changed } = lampsOf();
  await registers("second");
  equal(asked.length, 0, "a lamp that is off needs no words");
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  await registers("second");
  equal(asked.length, 1);
  await registers("third");
  match(new TextDecoder().decode(asked[1]?.body), /^Messages-Waiting: yes/);
  await registers("");
  await registers("third");
  equal(asked.length, 3, "who was gone may have been switched off");
  deepEqual([lamps.mode(12), changed], ["steady", [12]]);
});

Deno.test("the message lamp is off when the phone that was switched on again does not take that messages wait", async () => {
  const { lamps, registers, changed, answers } = lampsOf();
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  answers.unasked = 489;
  await registers("second");
  deepEqual([lamps.mode(12), changed], ["off", [12, 12]]);
});

Deno.test("a phone that subscribes is told in its subscription alone when it comes back", async () => {
  const { lamps, asked, registers } = lampsOf({ subscribed: ["1001"] });
  await lamps.set({ lamp: 12, mode: "steady" }, never());
  await registers("second");
  deepEqual(asked, []);
});

Deno.test("RFC 6665 4.2.2: where the phone has forgotten its subscription (481), the message lamp is set without it", async () => {
  const forgetful = lampsOf({ subscribed: ["1001"], notifies: () => Promise.resolve(481) });
  await forgetful.lamps.set({ lamp: 12, mode: "steady" }, never());
  deepEqual([forgetful.notified.length, forgetful.asked.length, forgetful.lamps.mode(12)], [1, 1, "steady"]);
  const refusing = lampsOf({ subscribed: ["1001"], notifies: () => Promise.resolve(500) });
  await rejects(refusing.lamps.set({ lamp: 12, mode: "steady" }, never()), /SIP 500/);
  deepEqual(refusing.asked, []);
});
