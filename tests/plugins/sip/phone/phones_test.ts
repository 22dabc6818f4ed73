import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { type GivenConfiguration, readConfiguration } from "../../../../plugins/sip/configuration.ts";
import { parseAddress } from "../../../../plugins/sip/lib/message/mod.ts";
import type { OutgoingRequest, UserAgent } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { SipPhones } from "../../../../plugins/sip/phone/phones.ts";
import manifest from "../../../../plugins/sip/plugin.json" with { type: "json" };
import type { Binding } from "../../../../plugins/sip/registrar/mod.ts";
import { checkConfig } from "../../../../server/host/config_check.ts";
import type { Host, NewPhone, Phone } from "../../../../server/plugin/mod.ts";
import { HandClock } from "../support/hand_clock.ts";

/** Phones of 1001 and 1002, whose contacts never answer; what is asked of them, and what is logged. */
async function bench({ refused = [] }: { refused?: string[] } = {}) {
  const clock = new HandClock();
  const logged: string[] = [];
  const asked: string[] = [];
  const dropped: string[] = [];
  const host = {
    log: {
      debug() {},
      info: (text: string) => void logged.push(text),
      error: (text: string) => void logged.push(text),
    },
    addPhone: ({ id }: NewPhone) =>
      refused.includes(id)
        ? Promise.reject(new TypeError(`Cannot add phone ${id}: there is no room`))
        : Promise.resolve({ connected: false, state() {} } as unknown as Phone),
  } as unknown as Host;
  const agent = {
    subscriptions: { drop: (user: string) => void dropped.push(user), of: () => [] },
    request: ({ to: { port }, signal }: OutgoingRequest) => {
      asked.push(String(port));
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    },
  } as unknown as UserAgent;
  const accounts = ["1001", "1002"].map((user) => ({ user, secret: "correct horse" }));
  const phones = new SipPhones({
    host,
    clock,
    agent,
    configuration: readConfiguration(
      checkConfig(manifest.config, { accounts, keepAliveSeconds: 0 }) as GivenConfiguration,
    ),
  });
  const taken = (await phones.start()).map(({ user }) => user);
  return { clock, logged, asked, dropped, phones, taken };
}

function bindingAt(port: number, { isFlow }: { isFlow: boolean }): Binding {
  return {
    id: `contact ${port % 100}`,
    user: "1001",
    isFlow,
    contact: parseAddress(`<sip:1001@127.0.0.1:${port};transport=tcp>`),
    peer: { transport: "tcp", host: "127.0.0.1", port },
    callId: "a",
    cseq: 1,
    expiresAt: 1,
  };
}

Deno.test("only the contact whose connection is gone is asked whether it listens, however many a phone has", async () => {
  const { phones, asked, clock } = await bench();
  const flows = Array.from({ length: 10 }, (_, index) => bindingAt(40_000 + index, { isFlow: true }));
  phones.registered({ user: "1001", bindings: flows, reason: "registered", why: "" });
  const listens = bindingAt(5_003, { isFlow: false });
  phones.registered({ user: "1001", bindings: flows.with(3, listens), reason: "lost", why: "" });
  deepEqual(asked, ["5003"]);
  const left = flows.with(3, listens).slice(0, 9);
  phones.registered({ user: "1001", bindings: left, reason: "lost", why: "" });
  deepEqual(asked, ["5003"], "nothing leads to one that is gone with its connection");
  phones.stop();
  await clock.pass(10_000);
});

Deno.test("a contact that comes and goes all the time is one line a minute of each, and no phone silences another's", async () => {
  const { phones, logged, clock } = await bench();
  const bindings = [bindingAt(5_060, { isFlow: true })];
  const flap = (user: string) => {
    phones.registered({ user, bindings, reason: "registered", why: "REGISTER" });
    phones.registered({ user, bindings: [], reason: "unregistered", why: "REGISTER" });
  };
  for (let count = 0; count < 500; count++) flap("1001");
  flap("1002");
  equal(logged.length, 4);
  await clock.pass(60_000);
  flap("1001");
  equal(logged.length, 6);
  match(logged.at(-1) ?? "", /^1001: unregistered, no contact .* 499 times more/);
  ok(logged.some((text) => text.startsWith("1002: registered, 1 contact")));
  phones.stop();
  await clock.pass(10_000);
});

Deno.test("the subscriptions of a phone end with its last contact, and not before", async () => {
  const { phones, dropped, clock } = await bench();
  const bindings = [5_060, 5_061].map((port) => bindingAt(port, { isFlow: true }));
  phones.registered({ user: "1001", bindings, reason: "registered", why: "" });
  phones.registered({ user: "1001", bindings: bindings.slice(1), reason: "unregistered", why: "" });
  deepEqual(dropped, []);
  phones.registered({ user: "1001", bindings: [], reason: "expired", why: "" });
  deepEqual(dropped, ["1001"]);
  phones.stop();
  await clock.pass(10_000);
});

Deno.test("a phone that the server does not take is left out with its account and the reason, and the others work; none at all is no start", async () => {
  const { phones, logged, taken } = await bench({ refused: ["1002"] });
  deepEqual(taken, ["1001"]);
  deepEqual(logged, ["accounts: 1002 is left out, the others work: Cannot add phone 1002: there is no room"]);
  phones.registered({
    user: "1001",
    bindings: [bindingAt(5_060, { isFlow: true })],
    reason: "registered",
    why: "REGISTER",
  });
  match(logged.at(-1) ?? "", /^1001: registered, 1 contact/);
  phones.stop();
  await rejects(bench({ refused: ["1001", "1002"] }), /Cannot add phone 1001: there is no room/);
});
