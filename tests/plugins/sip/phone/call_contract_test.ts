import { deepEqual, equal } from "node:assert/strict";
import type { Call, CallEnd } from "../../../../plugins/sip/lib/call/mod.ts";
import { responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Bench, openBench, peerOf, ring } from "../dialog/support/party.ts";
import { RawDialog } from "../dialog/support/raw_dialog.ts";
import { flush } from "../support/hand_clock.ts";
import { BROKEN, FakeCall } from "./support/fake_call.ts";

/** What the phone of a call does. */
interface Phone {
  rings(): void;
  answers(): void;
  refuses(status: number, reason: string): void;
  hangsUp(): void | Promise<void>;
  confirms(): void | Promise<void>;
  refusesBye(status: number, reason: string): void | Promise<void>;
  vanishes(): void | Promise<void>;
  breaks(): () => void;
}

/** A call, and its phone. */
interface Played {
  readonly call: Call;
  readonly phone: Phone;
}

/** The real call, with a phone by hand. What is to end it is lost on the wire until the phone says something to it. */
async function playReal(bench: Bench): Promise<Played> {
  const { us, phone, wire, clock } = bench;
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onInvite = came.resolve;
  const call = us.agent.call(ring(us, phone));
  const invite = await came.promise;
  wire.fate = ({ message }) => "method" in message && ["CANCEL", "BYE"].includes(message.method) ? "lost" : [0];
  let raw: RawDialog | undefined;
  const hear = async (status: number, reason?: string) => {
    phone.onRequest = (transaction) => {
      const isBye = transaction.request.method === "BYE";
      if (isBye) transaction.respond(responseTo(transaction.request, status, reason === undefined ? {} : { reason }));
      return isBye;
    };
    wire.fate = () => [0];
    await clock.pass(1_000);
  };
  const hand: Phone = {
    rings: () => invite.respond(responseTo(invite.request, 180, { toTag: "raw" })),
    answers() {
      raw = RawDialog.answer(invite, { party: phone, to: us });
    },
    refuses: (status, reason) => invite.respond(responseTo(invite.request, status, { reason, toTag: "raw" })),
    async hangsUp() {
      wire.fate = () => [0];
      await raw?.request("BYE");
    },
    confirms: () => hear(200),
    refusesBye: hear,
    async vanishes() {
      wire.fate = () => "lost";
      await clock.pass(70_000);
    },
    breaks() {
      us.endpoint.lost(peerOf(phone));
      return () => {};
    },
  };
  return { call, phone: hand };
}

const TERMINATED = { status: 487, reason: "Request Terminated" };
const SILENCE = { status: 408, reason: "Request Timeout" };
const GONE = "SIP 487 Request Terminated";
const YES = "fulfilled";

const SCENARIOS: {
  name: string;
  play(played: Played): void | Promise<void>;
  ringing: string;
  answered: string;
  ended: CallEnd;
}[] = [
  {
    name: "RFC 3261 9.1: a ring that is cancelled, as the phone confirms by 487",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      void call.hangUp();
      await flush();
      await phone.confirms();
    },
    ringing: YES,
    answered: GONE,
    ended: { by: "us", ...TERMINATED },
  },
  {
    name: "RFC 3261 9.1: a ring that is cancelled, of which the phone says nothing, is not confirmed",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      void call.hangUp();
      await flush();
      await phone.vanishes();
    },
    ringing: YES,
    answered: GONE,
    ended: { by: "us", unconfirmed: SILENCE },
  },
  {
    name: "RFC 3261 9.1: a phone that refuses by itself while it is cancelled has confirmed it",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      void call.hangUp();
      await flush();
      phone.refuses(486, "Busy Here");
    },
    ringing: YES,
    answered: "SIP 486 Busy Here",
    ended: { by: "us", status: 486, reason: "Busy Here" },
  },
  {
    name: "RFC 3261 15.1.1: a BYE that the phone answers by 200 has ended the call",
    async play({ call, phone }) {
      phone.answers();
      await flush();
      void call.hangUp();
      await flush();
      await phone.confirms();
    },
    ringing: YES,
    answered: YES,
    ended: { by: "us" },
  },
  {
    name: "RFC 3261 15.1.1: a BYE that the phone does not answer ends the call, and is not confirmed",
    async play({ call, phone }) {
      phone.answers();
      await flush();
      void call.hangUp();
      await flush();
      await phone.vanishes();
    },
    ringing: YES,
    answered: YES,
    ended: { by: "us", unconfirmed: SILENCE },
  },
  {
    name: "RFC 3261 15.1.1: a BYE that the phone answers by 481 is confirmed: it has no such call",
    async play({ call, phone }) {
      phone.answers();
      await flush();
      void call.hangUp();
      await flush();
      await phone.refusesBye(481, "Call/Transaction Does Not Exist");
    },
    ringing: YES,
    answered: YES,
    ended: { by: "us" },
  },
  {
    name: "RFC 3261 15.1.1: a BYE that the phone refuses ends the call, and is not confirmed",
    async play({ call, phone }) {
      phone.answers();
      await flush();
      void call.hangUp();
      await flush();
      await phone.refusesBye(500, "Not Now");
    },
    ringing: YES,
    answered: YES,
    ended: { by: "us", unconfirmed: { status: 500, reason: "Not Now" } },
  },
  {
    name: "RFC 3261 9.1: a 200 that crosses the CANCEL is ended by BYE, and was never an answer",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      void call.hangUp();
      await flush();
      phone.answers();
      await flush();
      await phone.confirms();
    },
    ringing: YES,
    answered: GONE,
    ended: { by: "us" },
  },
  {
    name: "a connection that breaks while a ring is cancelled: the phone has not confirmed that",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      void call.hangUp();
      await flush();
      phone.breaks()();
      await flush();
    },
    ringing: YES,
    answered: GONE,
    ended: { by: "us", unconfirmed: BROKEN },
  },
  {
    name: "a connection that breaks under a ring: what is asked before that is told does not become the end of it",
    async play({ call, phone }) {
      phone.rings();
      await flush();
      const tell = phone.breaks();
      for (let turns = 0; turns < 20; turns++) await Promise.resolve();
      equal(call.state, "ringing");
      void call.hangUp();
      tell();
      await flush();
    },
    ringing: YES,
    answered: `SIP ${BROKEN.status} ${BROKEN.reason}`,
    ended: { by: "network", ...BROKEN },
  },
  {
    name: "the phone hangs up",
    async play({ phone }) {
      phone.answers();
      await flush();
      await phone.hangsUp();
    },
    ringing: YES,
    answered: YES,
    ended: { by: "phone" },
  },
  {
    name: "a phone that never says anything has refused by its silence, and nobody had asked it to end anything",
    play: ({ phone }) => phone.vanishes(),
    ringing: "SIP 408 Request Timeout",
    answered: "SIP 408 Request Timeout",
    ended: { by: "network", ...SILENCE },
  },
  {
    name: "the phone refuses",
    play: ({ phone }) => phone.refuses(486, "Busy Here"),
    ringing: "SIP 486 Busy Here",
    answered: "SIP 486 Busy Here",
    ended: { by: "phone", status: 486, reason: "Busy Here" },
  },
];

/** How a promise stands that must have settled. */
async function outcome(promise: Promise<void>): Promise<string> {
  return await promise.then(() => YES, (error) => error.message);
}

async function check(played: Played, { play, ringing, answered, ended }: typeof SCENARIOS[number]): Promise<void> {
  await play(played);
  const { call } = played;
  deepEqual(
    { ended: await call.ended, ringing: await outcome(call.ringing), answered: await outcome(call.answered) },
    { ended, ringing, answered },
  );
  deepEqual([call.state, await call.hangUp()], ["ended", ended]);
}

for (const scenario of SCENARIOS) {
  Deno.test(`the real call: ${scenario.name}`, async () => {
    await using bench = openBench();
    await check(await playReal(bench), scenario);
  });

  Deno.test(`the call that the line's tests play: ${scenario.name}`, async () => {
    const call = new FakeCall();
    await check({ call, phone: call }, scenario);
  });
}
