import { deepEqual, match } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { startBaresip } from "../drivers/baresip.ts";
import { startJami } from "../drivers/jami.ts";
import { startLinphone } from "../drivers/linphone.ts";
import { startTwinkle } from "../drivers/twinkle.ts";
import { base64 } from "../support/desk.ts";
import { type Exchange, type OpenPhone, REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };
/** How long a phone rings of which nobody is to answer, seconds. */
const RING_SECONDS = 2;

/** A contact of any make. The end of its block kills it. */
interface Contact extends AsyncDisposable {
  /** Waits until it is rung. */
  rung(): Promise<unknown>;
  /** Waits until it rings no more. */
  still(): Promise<unknown>;
  /** Has its person answer. */
  answer(): Promise<unknown>;
}

type Start = (user: string, ringSeconds?: number) => Promise<Contact>;

const jami: Start = async (user, ringSeconds = 30) => {
  const it = await startJami({ port: 5120, user, registrar: REGISTRAR, ringSeconds });
  return {
    rung: () => it.next("incomingCallWithMedia"),
    still: () => it.next("callStateChanged", "OVER"),
    answer: () => it.call("accept"),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
};
const baresip: Start = async (user, ringSeconds = 120) => {
  const it = await startBaresip({ port: 5070, user, registrar: REGISTRAR, mwi: true, ringSeconds });
  await it.next("MWI_NOTIFY");
  return {
    rung: () => it.next("CALL_INCOMING"),
    still: () => it.next("CALL_CLOSED"),
    answer: () => it.command("accept"),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
};
const twinkle: Start = async (user, ringSeconds = 30) => {
  const it = await startTwinkle({ port: 5110, user, registrar: REGISTRAR, ringSeconds });
  return {
    rung: () => it.next(/incoming call/),
    still: () => it.next(/far end cancelled call|missed call|call ended/),
    answer: () => it.command("answer"),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
};
const linphone: Start = async (user, ringSeconds = 30) => {
  const it = await startLinphone({ port: 5090, user, ringSeconds });
  await it.register(REGISTRAR);
  return {
    rung: () => it.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" }),
    still: () => it.next("call-state-changed", { Event: "LinphoneCallReleased" }),
    answer: () => it.command("answer"),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
};

/** One phone with two contacts. */
interface Pair extends AsyncDisposable {
  exchange: Exchange;
  desk: OpenPhone;
  contacts: readonly [Contact, Contact];
}

async function startPair(starts: readonly [Start, Start]): Promise<Pair> {
  await using undo = new AsyncDisposableStack();
  const exchange = undo.use(await startExchange({ users: ["1006"], config: { keepAliveSeconds: 0 } }));
  const desk = await exchange.open("1006");
  const [first, second] = starts;
  const contacts = [undo.use(await first("1006")), undo.use(await second("1006"))] as const;
  undo.defer(() => exchange.close());
  const running = undo.move();
  return { exchange, desk, contacts, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

for (
  const [names, ...starts] of [
    ["jami and baresip", jami, baresip],
    ["twinkle and linphone", twinkle, linphone],
  ] as const
) {
  test(`${names} ring together: when one is answered the other stops, and when one is killed the other is silenced`, async () => {
    await using at = await startPair(starts);
    const { contacts, desk: { phone } } = at;
    const lifted = phone.setHookSwitch(LIFT);
    await Promise.all(contacts.map((contact) => contact.rung()));
    await contacts[1].answer();
    await contacts[0].still();
    await lifted;
    await phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });

    await phone.setRing({ mode: 1, volume: 0 });
    await Promise.all(contacts.map((contact) => contact.rung()));
    await contacts[0][Symbol.asyncDispose]();
    await phone.setRing({ mode: 0, volume: 0 });
    await contacts[1].still();
  });
}

test("of two contacts the one that has subscribed to its message lamp and the one that has not are told, each in its way", async () => {
  await using exchange = await startExchange({ users: ["1006"] });
  const { phone } = await exchange.open("1006");
  await using subscribed = await startBaresip({ port: 5070, user: "1006", registrar: REGISTRAR, mwi: true });
  await subscribed.next("MWI_NOTIFY");
  await using other = await startJami({ port: 5120, user: "1006", registrar: REGISTRAR });
  await phone.setLamp({ lamp: 12, mode: "steady" });
  match((await subscribed.next("MWI_NOTIFY")).param ?? "", /Messages-Waiting: yes/i);
  deepEqual((await other.next("voiceMailNotify")).told, [1, 0, 0]);

  await phone.setData({ dataId: 0, data: base64("reboot=false") });
  // What is said against it is in the log, and comes after the answer that suffices.
  await retry(
    () => match(exchange.server.output(), /1006 has done what was asked, but its contact .* has refused it: .*481/),
    { minTimeout: 20, maxTimeout: 50, jitter: 0, maxAttempts: 200 },
  );
});

test("a phone that rings until it gives that up by itself is told as one that nobody answers, whatever it says", async () => {
  const makes = [
    ["1001", baresip, "SIP 486 Busy Here"],
    ["1003", linphone, "SIP 486 Busy here"],
    ["1004", twinkle, "SIP 480 User not responding"],
    ["1005", jami, "SIP 486 Busy Here"],
  ] as const;
  await using exchange = await startExchange({ users: makes.map(([user]) => user) });
  await using undo = new AsyncDisposableStack();
  const told = await Promise.all(makes.map(async ([user, start]) => {
    const desk = await exchange.open(user);
    undo.use(await start(user, RING_SECONDS));
    await desk.connected();
    const { outcome, code, message = "" } = await desk.phone.try.setHookSwitch(LIFT);
    return [user, outcome, code, message];
  }));
  deepEqual(
    told,
    makes.map(([user, _start, words]) => [
      user,
      "failed",
      "PHONEERR_INVALPHONESTATE",
      `Cannot lift the handset of ${user}: it rang, and nobody answered: ${words}`,
    ]),
  );
});

testWellFormed("tshark reads every message that we sent to phones of different makes as well-formed");
