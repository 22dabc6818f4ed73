import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type GivenConfiguration, readConfiguration } from "../../../../plugins/sip/configuration.ts";
import { parseMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import type { UserAgent } from "../../../../plugins/sip/lib/user_agent/mod.ts";
import { SipPhones } from "../../../../plugins/sip/phone/phones.ts";
import manifest from "../../../../plugins/sip/plugin.json" with { type: "json" };
import { checkConfig } from "../../../../server/host/config_check.ts";
import type { Driver, Host, NewPhone, Phone, StateValues } from "../../../../server/plugin/mod.ts";
import { flush, HandClock } from "../support/hand_clock.ts";
import { FakeCall } from "./support/fake_call.ts";

/** Two open phones that are called by nobody, and what is told of them. */
async function bench() {
  const clock = new HandClock();
  const told: string[] = [];
  const logged: string[] = [];
  const calls: FakeCall[] = [];
  const host = {
    log: { info: (text: string) => void logged.push(text) },
    async addPhone({ id }: NewPhone, driver: Driver) {
      await driver.open?.();
      return {
        connected: false,
        changed: ({ handsetHookSwitch: mode }: StateValues) => void (mode && told.push(`${id} ${mode}`)),
        button: (button: number, ...[, state]: string[]) => void told.push(`${id} ${button} ${state}`),
        devSpecific: () => void told.push(`${id} dialled`),
      } as unknown as Phone;
    },
  } as unknown as Host;
  const agent = {
    subscriptions: { drop() {}, of: () => [] },
    takeCall() {
      const call = new FakeCall();
      calls.push(call);
      return call;
    },
  } as unknown as UserAgent;
  const accounts = ["1001", "1002"].map((user) => ({ user, secret: "correct horse" }));
  const configuration = readConfiguration(
    checkConfig(manifest.config, { accounts, keepAliveSeconds: 0 }) as GivenConfiguration,
  );
  const phones = new SipPhones({ host, clock, agent, configuration });
  await phones.start();
  const statuses: number[] = [];
  const dial = async (user: string) => {
    const transaction = {
      request: parseMessage(new TextEncoder().encode(INVITE)),
      from: { transport: "udp", host: "127.0.0.1", port: 5_070 },
      respond: ({ status }: { status: number }) => void statuses.push(status),
    } as unknown as ServerTransaction;
    const before = calls.length;
    phones.dialled(transaction, user);
    const call = calls.length > before ? calls.at(-1) : undefined;
    call?.answers();
    await flush();
    return call;
  };
  return { clock, told, logged, statuses, dial };
}

const INVITE = [
  "INVITE sip:42@switchroom SIP/2.0",
  "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1",
  "From: <sip:1001@switchroom>;tag=a",
  "To: <sip:42@switchroom>",
  "Call-ID: a",
  "CSeq: 1 INVITE",
  "Contact: <sip:1001@127.0.0.1:5070>",
  "Max-Forwards: 70",
  "Content-Length: 0",
  "",
  "",
].join("\r\n");

Deno.test("digits without end cost their own phone: what no person presses is dropped, and the other's are told", async () => {
  const { clock, told, logged, dial } = await bench();
  const [flooding, other] = [await dial("1001"), await dial("1002")];
  const toldOf = (user: string) => told.filter((text) => text.startsWith(user) && text.endsWith(" down")).length;
  for (let count = 0; count < 10_000; count++) flooding?.onDigit?.(count % 2 === 0 ? "5" : "A");
  for (const digit of "12345678") other?.onDigit?.(digit);
  ok(toldOf("1001") <= 100, `${toldOf("1001")} were told`);
  equal(toldOf("1002"), 8);
  ok(logged.length <= 2, logged.join("\n"));
  match(logged.at(-1) ?? "", /^1001 sends too many digits/);
  // Later it is heard again.
  const before = toldOf("1001");
  await clock.pass(1_000);
  flooding?.onDigit?.("7");
  equal(toldOf("1001"), before + 1);
});

Deno.test("calls without end cost their own phone: further ones are refused, and the other's are taken", async () => {
  const { clock, told, logged, statuses, dial } = await bench();
  for (let count = 0; count < 1_000; count++) {
    (await dial("1001"))?.hangsUp();
    await flush();
  }
  const dialled = (user: string) => told.filter((text) => text === `${user} dialled`).length;
  deepEqual([dialled("1001"), statuses.length, new Set(statuses)], [30, 970, new Set([503])]);
  equal(logged.filter((text) => /dials too often/.test(text)).length, 1);
  (await dial("1002"))?.hangsUp();
  equal(dialled("1002"), 1);
  await clock.pass(1_000);
  (await dial("1001"))?.hangsUp();
  equal(dialled("1001"), 31);
});
