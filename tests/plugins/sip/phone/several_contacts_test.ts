/**
 * Phones that have two contacts, of different makes and in different states, over the real server and real sockets.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { RequestRecord } from "../../../../server/core/contract/record.ts";
import type { OperationName, OperationParameters } from "../../../../server/plugin/mod.ts";
import type { HandMadePhone, IncomingCall } from "../support/phone.ts";
import { type Owner, type SipServer, startSipServer } from "../support/sip_server.ts";

/** What a contact answers to everything, 0 = nothing; and whether it has subscribed to its message lamp. */
interface Contact {
  says: number;
  subscribed?: boolean;
}

const LIVES: Contact = { says: 200 };
const SILENT: Contact = { says: 0 };
const REFUSES: Contact = { says: 489 };
const watching = (contact: Contact): Contact => ({ ...contact, subscribed: true });

/** What an operation comes to, and what each contact is told for it, in its subscription or unasked. */
interface Row {
  contacts: [Contact, Contact];
  outcome: string;
  told: [string, string];
}

const REFUSED = "failed PHONEERR_OPERATIONUNAVAIL Cannot set lamp 12 of USER: SIP 489 Bad Event";

const LAMP: Row[] = [
  { contacts: [watching(LIVES), LIVES], outcome: "succeeded", told: ["inside", "unasked"] },
  { contacts: [watching(LIVES), watching(LIVES)], outcome: "succeeded", told: ["inside", "inside"] },
  { contacts: [watching(LIVES), SILENT], outcome: "succeeded", told: ["inside", "unasked"] },
  { contacts: [watching(LIVES), REFUSES], outcome: "succeeded", told: ["inside", "unasked"] },
  { contacts: [watching(SILENT), LIVES], outcome: "succeeded", told: ["inside", "unasked"] },
  { contacts: [watching(SILENT), watching(LIVES)], outcome: "succeeded", told: ["inside", "inside"] },
  { contacts: [watching(REFUSES), LIVES], outcome: "succeeded", told: ["inside", "unasked"] },
  { contacts: [watching(SILENT), REFUSES], outcome: REFUSED, told: ["inside", "unasked"] },
  { contacts: [watching(REFUSES), SILENT], outcome: REFUSED, told: ["inside", "unasked"] },
  { contacts: [watching({ says: 481 }), LIVES], outcome: "succeeded", told: ["inside unasked", "unasked"] },
  {
    contacts: [watching({ says: 481 }), SILENT],
    outcome: "failed PHONEERR_INVALPHONESTATE Cannot set lamp 12 of USER: SIP 481 Call/Transaction Does Not Exist",
    told: ["inside unasked", "unasked"],
  },
  { contacts: [LIVES, SILENT], outcome: "succeeded", told: ["unasked", "unasked"] },
  { contacts: [REFUSES, LIVES], outcome: "succeeded", told: ["unasked", "unasked"] },
];

const REBOOT = new TextEncoder().encode("reboot=true").toBase64();

/** Operations that every contact is asked alike. */
const ALIKE: Row[] = [
  { contacts: [LIVES, SILENT], outcome: "succeeded", told: ["unasked", "unasked"] },
  { contacts: [REFUSES, LIVES], outcome: "succeeded", told: ["unasked", "unasked"] },
  {
    contacts: [REFUSES, SILENT],
    outcome: "failed PHONEERR_OPERATIONUNAVAIL Cannot WHAT USER: SIP 489 Bad Event",
    told: ["unasked", "unasked"],
  },
];

const USERS = Array.from({ length: 40 }, (_, index) => String(3001 + index));
let sip: SipServer;
let next = 0;
Deno.test.beforeAll(async () => {
  sip = await startSipServer(USERS, { keepAliveSeconds: 0 });
});
Deno.test.afterAll(async () => {
  await using ending = sip;
  const { code } = await ending.server.stop();
  equal(code, 0, ending.server.output());
});

const outcomeOf = ({ outcome, code, message }: RequestRecord) => [outcome, code, message].filter(Boolean).join(" ");

/** Switches a contact on. */
async function contactOf(user: string, { says, subscribed = false }: Contact): Promise<HandMadePhone> {
  const phone = await sip.phone(user);
  if (subscribed) {
    await phone.subscribe("message-summary", user);
    await phone.request("NOTIFY");
  }
  Object.assign(phone.answers, { NOTIFY: says, MESSAGE: says });
  return phone;
}

/** Does one operation, and says as a row what came of it. */
async function done<Name extends OperationName>(
  row: Row,
  { operation, params, method }: { operation: Name; params: OperationParameters[Name]; method: string },
): Promise<Row> {
  const user = USERS[next++] ?? "none is left";
  const [first, second] = row.contacts;
  await using one = await contactOf(user, first);
  await using other = await contactOf(user, second);
  await using owner = await sip.own(user);
  const outcome = outcomeOf(await owner.do(operation, params)).replaceAll(user, "USER");
  const told = async (phone: HandMadePhone, expected: string) => {
    const ways: string[] = [];
    for (const _ of expected.split(" ")) {
      const { headers } = await phone.request(method);
      ways.push(/;tag=/.test(headers.get("To") ?? "") ? "inside" : "unasked");
    }
    return [...ways, ...phone.heard.map(({ method }) => method)].join(" ");
  };
  return { ...row, outcome, told: [await told(one, row.told[0]), await told(other, row.told[1])] };
}

Deno.test("a message lamp: every contact is told in its own way, and no other's silence or refusal is in the way of a yes", async () => {
  const lamp = { operation: "setLamp", params: { lamp: 12, mode: "steady" }, method: "NOTIFY" } as const;
  deepEqual(await Promise.all(LAMP.map((row) => done(row, lamp))), LAMP);
});

Deno.test("a text and a check-sync: every contact is asked, and no other's silence or refusal is in the way of a yes", async () => {
  const [text, data] = [
    { operation: "setDisplay", params: { row: 0, column: 0, text: "Hello" }, method: "MESSAGE" },
    { operation: "setData", params: { dataId: 0, data: REBOOT }, method: "NOTIFY" },
  ] as const;
  const named = (what: string) => ALIKE.map((row) => ({ ...row, outcome: row.outcome.replace("WHAT", what) }));
  const asked = [
    ...named("show a text on").map((row) => ({ row, came: done(row, text) })),
    ...named("synchronise").map((row) => ({ row, came: done(row, data) })),
  ];
  deepEqual(await Promise.all(asked.map(({ came }) => came)), asked.map(({ row }) => row));
});

/** A phone that rings at two contacts, both of which have said so. */
async function ringing(): Promise<
  { owner: Owner; phones: [HandMadePhone, HandMadePhone]; calls: [IncomingCall, IncomingCall] } & AsyncDisposable
> {
  const user = USERS[next++] ?? "none is left";
  await using undo = new AsyncDisposableStack();
  const phones: [HandMadePhone, HandMadePhone] = [
    undo.use(await contactOf(user, LIVES)),
    undo.use(await contactOf(user, LIVES)),
  ];
  const owner = undo.use(await sip.own(user));
  const ring = owner.do("setRing", { mode: 1, volume: 0 });
  const calls: [IncomingCall, IncomingCall] = [await phones[0].call(), await phones[1].call()];
  for (const call of calls) call.rings();
  equal(outcomeOf(await ring), "succeeded");
  const kept = undo.move();
  return { owner, phones, calls, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What happens while both ring, before the ring is ended. */
const MEANWHILE: [what: string, happens: (ring: Awaited<ReturnType<typeof ringing>>) => Promise<void>][] = [
  ["nothing happens", () => Promise.resolve()],
  ["one contact is killed", async ({ phones: [, killed] }) => await killed[Symbol.asyncDispose]()],
  ["one contact is killed and the other answered", async ({ owner, phones: [, killed], calls: [call] }) => {
    await killed[Symbol.asyncDispose]();
    await call.answers();
    await owner.events.next("PHONE_STATE", ({ detail }) => detail === "micSpeaker");
  }],
  ["one contact is killed and the other gives up by itself", async ({ phones: [, killed], calls: [call] }) => {
    await killed[Symbol.asyncDispose]();
    call.refuses(486);
  }],
];

Deno.test("R97: silence is done when every contact that lives has confirmed it, and again after that", async () => {
  const silenced = MEANWHILE.map(async ([what, happens]) => {
    await using ring = await ringing();
    await happens(ring);
    const { owner } = ring;
    const first = outcomeOf(await owner.do("setRing", { mode: 0, volume: 0 }));
    const { mode } = await owner.get("ring");
    return [what, first, mode, outcomeOf(await owner.do("setRing", { mode: 0, volume: 0 }))];
  });
  deepEqual(
    await Promise.all(silenced),
    MEANWHILE.map(([what]) => [what, "succeeded", 0, "succeeded"]),
  );
});
