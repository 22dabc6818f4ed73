import { deepEqual, equal, rejects } from "node:assert/strict";
import { Lamps } from "../../../../plugins/sip/phone/lamps.ts";
import { Reach } from "../../../../plugins/sip/phone/reach.ts";
import type { NotifyBody, OutgoingRequest, Subscription } from "../../../../plugins/sip/sip/mod.ts";
import { parseAddress, SipHeaders } from "../../../../plugins/sip/sip/mod.ts";
import { never } from "./support/line_bench.ts";

const OK = { status: 200, reason: "OK", headers: new SipHeaders(), body: new Uint8Array() };
const text = (body: NotifyBody) => typeof body === "string" ? body : body(0);

function lampsOf({ subscribed = [], status = 200 }: { subscribed?: string[]; status?: number } = {}) {
  const notified: string[] = [];
  const asked: OutgoingRequest[] = [];
  const changed: number[] = [];
  const reach = new Reach({
    user: "1001",
    secret: "s",
    realm: "phones.test",
    agent: { request: (request) => Promise.resolve((asked.push(request), { ...OK, status })) },
  });
  const peer = { transport: "udp", host: "127.0.0.1", port: 5070 } as const;
  const contact = parseAddress("<sip:1001@127.0.0.1:5070>");
  reach.registered([{ user: "1001", contact, peer, callId: "a", cseq: 1, expiresAt: 1 }], "");
  const all: Subscription[] = subscribed.map((resource) => ({
    event: resource === "1001" ? "message-summary" : "dialog",
    subscriber: "1001",
    resource,
    active: true,
  }));
  const lamps = new Lamps({
    user: "1001",
    realm: "phones.test",
    watched: ["1002", "1003"],
    reach,
    subscriptions: {
      of: (_, { event, resource } = {}) =>
        all.filter((one) => one.event === event && (resource === undefined || one.resource === resource)),
      notify(subscription, { body }) {
        notified.push(`${subscription.resource}: ${text(body)}`);
        return Promise.resolve({ ...OK, status });
      },
    },
    changed: (lamp) => changed.push(lamp),
  });
  return { lamps, notified, asked, changed };
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
