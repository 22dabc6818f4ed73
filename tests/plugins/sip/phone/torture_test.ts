/**
 * RFC 4475 and RFC 5118: what a phone, or whoever else, is answered that sends their torture messages to the real
 * server. The messages are our own, with the peculiarities that the sections describe; how each is read is tested in
 * `message/`.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { MessageSplitter } from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, type Ingredients, joined, message } from "../message/support.ts";
import { type SipServer, startSipServer } from "../support/sip_server.ts";

const PATIENCE_MS = 10_000;
const OPTIONS = "OPTIONS sip:1001@phones.test SIP/2.0";
const INVITE = "INVITE sip:user@phones.test SIP/2.0";
const REGISTER = "REGISTER sip:phones.test SIP/2.0";
const ALLOW = "ACK, BYE, CANCEL, INFO, INVITE, OPTIONS, REGISTER, SUBSCRIBE, UPDATE";

/** A message, with a Content-Length unless that is what is tested. */
function sized({ more = [], body = "", ...rest }: Ingredients): Uint8Array<ArrayBuffer> {
  return message({ ...rest, more: [...more, `Content-Length: ${bytesOf(body).length}`], body });
}

/** What is sent, and what comes back. */
interface Row {
  section: string;
  sent: Uint8Array<ArrayBuffer>;
  /** The statuses, each with what else the section asks for; empty, if nothing is to be answered. */
  answers: string[];
  /** The same by TCP, where it is not what UDP gives; it may end with "closed". `false`, where there is nothing to see. */
  byTcp?: string[] | false;
}

const second = sized({ start: INVITE, callId: "second", cseq: "8 INVITE", body: "v=0\n" });

const ROWS: Row[] = [
  {
    section: "4475 3.1.1.2: a method of unusual characters is one that nobody knows",
    sent: sized({
      start: "!odd-Method09_*+`.%indeed'~ sip:1_odd.URI~(to-be!sure)&isn't+it$/mad?,/;;*@phones.test SIP/2.0",
    }),
    answers: [`501 ${ALLOW}`],
  },
  {
    section: "4475 3.1.1.5: an escaped REGISTER is none",
    sent: sized({ start: "RE%47IST%45R sip:phones.test SIP/2.0", more: ["C%6Fntact: <sip:a@phones.test>"] }),
    answers: [`501 ${ALLOW}`],
  },
  {
    section: "4475 3.1.1.8: a second message in a datagram is not of it; in a stream it is one of its own",
    sent: joined(sized({ start: REGISTER }), bytesOf("\n"), second),
    answers: ["401"],
    byTcp: ["401", "401"],
  },
  {
    section: "4475 3.1.1.10: Vias of unknown transports",
    sent: sized({ more: ["Via: SIP/2.0/SCTP a.test;branch=z9hG4bK1, SIP/2.0/UNKNOWN b.test;branch=z9hG4bK2"] }),
    answers: ["200"],
  },
  {
    section: "4475 3.1.1.11: a method that is known, and not for here",
    sent: sized({ start: "MESSAGE sip:k@phones.test SIP/2.0", body: "Hello" }),
    answers: [`405 ${ALLOW}`],
  },
  {
    section: "4475 3.1.1.12: a response to nothing",
    sent: sized({ start: "SIP/2.0 200 = 2**3 — простое" }),
    answers: [],
  },
  { section: "4475 3.1.1.13: one without a reason", sent: sized({ start: "SIP/2.0 100 " }), answers: [] },
  {
    section: "4475 3.1.2.2: less than Content-Length says; a stream waits for the rest",
    sent: message({ start: INVITE, more: ["Content-Length: 9999"], body: "v=0\n" }),
    answers: ["400"],
    byTcp: false,
  },
  ...["-999", "five", "99999999999999999999"].map((length) => ({
    section: `4475 3.1.2.3: a Content-Length of ${length} is answered, and ends a stream`,
    sent: message({ start: INVITE, more: [`Content-Length: ${length}`], body: "v=0\n" }),
    answers: ["400"],
    byTcp: ["400", "closed"],
  })),
  {
    section: "4475 3.1.2.3: what came before that in a stream is answered all the same",
    sent: joined(sized({}), message({ start: INVITE, more: ["Content-Length: -1"] })),
    answers: ["200"],
    byTcp: ["200", "400", "closed"],
  },
  {
    section: "4475 3.1.2.5: a response with overlarge numbers",
    sent: sized({ start: "SIP/2.0 503 Service Unavailable", cseq: "9292394834772304023312 OPTIONS" }),
    answers: [],
  },
  {
    section: "4475 3.1.2.6: a quoted string without an end",
    sent: sized({ start: INVITE, to: '"Mr. J. User <sip:j.user@phones.test>' }),
    answers: ["400"],
  },
  {
    section: "4475 3.1.2.16: an unknown version, in Via too",
    sent: sized({ start: "OPTIONS sip:1001@phones.test SIP/7.0", via: "SIP/7.0/UDP 192.0.2.7;branch=z9hG4bKv" }),
    answers: ["505"],
  },
  {
    section: "4475 3.1.2.19: an overlarge status",
    sent: sized({ start: "SIP/2.0 4294967301 better not break the receiver" }),
    answers: [],
  },
  {
    section: "4475 3.3.1: without From, To and Call-ID there is nothing to answer with",
    sent: bytesOf("INVITE sip:user@phones.test SIP/2.0\nCSeq: 1 INVITE\nVia: SIP/2.0/UDP 192.0.2.95\nl: 0\n\n"),
    answers: [],
  },
  {
    section: "4475 3.3.3: a URI of another scheme",
    sent: sized({ start: "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0" }),
    answers: ["416"],
  },
  {
    section: "4475 3.3.5: extensions that nobody supports, of every role",
    sent: sized({ more: ["Require: nothing, neither", "Proxy-Require: noProxy"] }),
    answers: ["420 nothing, neither, noProxy"],
  },
  {
    section: "4475 3.3.7: an unknown authorization scheme is challenged",
    sent: sized({ start: REGISTER, more: ["Authorization: NoOneKnowsThisScheme opaque-data=here"] }),
    answers: ["401"],
  },
  {
    section: "4475 3.3.8: several values of what must have one",
    sent: sized({ start: INVITE, more: ["i: other", "CSeq: 59 INVITE", "Max-Forwards: 5"] }),
    answers: ["400"],
  },
  {
    section: "4475 3.3.9: two lengths are answered, and end a stream",
    sent: message({ more: ["Content-Length: 13", "Content-Length: 5"], body: "There's no way" }),
    answers: ["400"],
    byTcp: ["400", "closed"],
  },
  {
    section: "4475 3.3.10: a response with a broadcast Via",
    sent: sized({ start: "SIP/2.0 200 OK", more: ["Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1"] }),
    answers: [],
  },
  { section: "4475 3.3.11: no hop left", sent: sized({ maxForwards: 0 }), answers: ["200"] },
  {
    section: "4475 3.4.1: as in RFC 2543; RFC 3261 18.3: without a Content-Length a stream cannot go on",
    sent: message({ start: INVITE, via: "SIP/2.0/UDP 192.0.2.5", from: "<sip:+1303@phones.test>", body: "v=0\n" }),
    answers: ["401"],
    byTcp: ["400", "closed"],
  },
  {
    section: "5118 4.1: IPv6 in the Request-URI and Via",
    sent: sized({ start: "REGISTER sip:[2001:db8::10] SIP/2.0", via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3" }),
    answers: ["401"],
  },
  {
    section: "5118 4.2: IPv6 without its brackets",
    sent: sized({ start: "REGISTER sip:2001:db8::10 SIP/2.0" }),
    answers: ["400"],
  },
  {
    section: "5118 4.5: a received in brackets, that is not to be there",
    sent: sized({ via: "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3" }),
    answers: ["200"],
  },
  {
    section: "5118 4.10: three colons in a row",
    sent: sized({ start: "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0" }),
    answers: ["400"],
  },
];

let sip: SipServer;
Deno.test.beforeAll(async () => {
  sip = await startSipServer(["1001"]);
});
Deno.test.afterAll(async () => {
  await using ending = sip;
  const { code } = await ending.server.stop();
  equal(code, 0, ending.server.output());
});

let asked = 0;
/** What is asked after a message: its answer ends the wait for that of the message. */
const sentinel = () => sized({ start: OPTIONS, callId: `sentinel-${++asked}` });
const isSentinel = (answer: string) => answer.includes(`sentinel-${asked}\r\n`);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The status of an answer, and what goes with it; the answer to what is malformed repeats that. */
function told(answer: string): string {
  const [, status = ""] = /^SIP\/2\.0 (\d{3}) /.exec(answer) ?? [];
  const [, more] = (status > "200" ? /^(?:Allow|Unsupported): (.*)\r$/m : /$^/).exec(answer) ?? [];
  return more === undefined ? status : `${status} ${more}`;
}

/** What comes back. */
async function byUdp(socket: Socket, { sent, answers: { length: expected } }: Row): Promise<string[]> {
  const answers: string[] = [];
  const end = Promise.withResolvers<void>();
  const send = (bytes: Uint8Array) => socket.send(bytes, sip.port, "127.0.0.1");
  const hear = (bytes: Uint8Array) => {
    const answer = textOf(bytes);
    if (isSentinel(answer)) return end.resolve();
    if (answers.push(told(answer)) === expected) send(sentinel());
  };
  const guard = setTimeout(() => end.reject(new Error(`After ${JSON.stringify(answers)} nothing came`)), PATIENCE_MS);
  socket.on("message", hear);
  send(sent);
  if (expected === 0) send(sentinel());
  await end.promise.finally(() => {
    socket.off("message", hear);
    clearTimeout(guard);
  });
  return answers;
}

/** The same over a connection, which may be closed before that. */
async function byTcp({ sent }: Row): Promise<string[]> {
  using connection = await Deno.connect({ port: sip.port, hostname: "127.0.0.1" });
  const splitter = new MessageSplitter();
  const answers: string[] = [];
  const buffer = new Uint8Array(65_536);
  await connection.write(joined(sent, sentinel()));
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return [...answers, "closed"];
    for (const answer of splitter.push(buffer.subarray(0, count)).messages.map(textOf)) {
      if (isSentinel(answer)) return answers;
      answers.push(told(answer));
    }
  }
}

Deno.test("RFC 4475, RFC 5118: what their messages are answered by UDP", async (test) => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  for (const row of ROWS) await test.step(row.section, async () => deepEqual(await byUdp(socket, row), row.answers));
  socket.close();
  await once(socket, "close");
});

Deno.test("RFC 4475, RFC 5118: what their messages are answered by TCP, and when that ends the connection", async (test) => {
  for (const row of ROWS) {
    if (row.byTcp === false) continue;
    await test.step(row.section, async () => deepEqual(await byTcp(row), row.byTcp || row.answers));
  }
});
