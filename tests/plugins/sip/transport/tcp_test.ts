import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { Clock } from "../../../../plugins/sip/lib/tools/mod.ts";
import { type Peer, TransportError } from "../../../../plugins/sip/lib/transport/mod.ts";
import { flush, HandClock } from "../support/hand_clock.ts";
import { bytesOf, Ears, message } from "./support/ears.ts";

const tcp = (host = "127.0.0.1") => ({ listen: [{ host, port: 0 }], transports: ["tcp"] as const });

async function connect(ears: Ears): Promise<Deno.TcpConn> {
  const { host, port } = ears.at("tcp");
  return await Deno.connect({ hostname: host, port });
}

/** Connects, and sends a message for which the connection is kept. */
async function connectKept(ears: Ears): Promise<Deno.TcpConn> {
  const conn = await connect(ears);
  const before = ears.heard.length;
  await write(conn, message("KEPT"));
  await ears.until(() => ears.heard.length > before);
  const heard = ears.heard.at(-1);
  ok(heard);
  ears.transports.keep(heard.from);
  return conn;
}

async function write(conn: Deno.TcpConn, text: string): Promise<void> {
  equal(await conn.write(bytesOf(text)), text.length);
}

async function read(conn: Deno.TcpConn): Promise<string | null> {
  const buffer = new Uint8Array(65_536);
  const count = await conn.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

/** Reads to the end of a connection that is closed on us. */
async function ended(conn: Deno.TcpConn): Promise<void> {
  try {
    while (await read(conn) !== null);
  } catch {
    // It was reset: that is an end, too.
  }
  conn.close();
}

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test(`RFC 3261 18: messages go both ways over one TCP connection at ${host}`, async () => {
    await using us = await Ears.open(tcp(host));
    await using phone = await Ears.open(tcp(host));
    await phone.transports.send(bytesOf(message("ONE")), us.at("tcp", host));
    await us.until(() => us.heard.length === 1);
    const [heard] = us.heard;
    ok(heard);
    equal(heard.text, message("ONE"));
    deepEqual(heard.from.local, us.transports.local(us.at("tcp", host)));
    // Through the connection that the phone opened: nobody listens at its other end.
    await us.transports.send(bytesOf(message("TWO")), heard.from);
    await phone.until(() => phone.heard.length === 1);
    deepEqual(phone.heard[0]?.from.port, us.at("tcp", host).port);
  });
}

Deno.test("RFC 3261 18.3: a message in many pieces is one, and several in one piece are several", async () => {
  await using us = await Ears.open(tcp());
  const conn = await connect(us);
  for (const byte of message("ONE", "body")) await write(conn, byte);
  await write(conn, `${message("TWO")}\r\n${message("THREE", "x".repeat(40_000))}${message("FOUR").slice(0, 10)}`);
  await us.until(() => us.heard.length === 3);
  await write(conn, message("FOUR").slice(10));
  await us.until(() => us.heard.length === 4);
  const texts = [message("ONE", "body"), message("TWO"), message("THREE", "x".repeat(40_000)), message("FOUR")];
  deepEqual(us.heard.map(({ text }) => text), texts);
  conn.close();
  await us.until(() => us.closed.length === 1);
});

Deno.test("RFC 5626 3.5.1: a ping is answered with a pong", async () => {
  await using us = await Ears.open(tcp());
  const conn = await connect(us);
  await write(conn, "\r\n\r\n");
  equal(await read(conn), "\r\n");
  await write(conn, `${message("ONE")}\r\n\r\n`);
  equal(await read(conn), "\r\n");
  equal(us.heard.length, 1);
  conn.close();
});

Deno.test("messages to a peer without a connection share one that we open", async () => {
  await using us = await Ears.open(tcp());
  await using phone = await Ears.open(tcp());
  const names = ["ONE", "TWO", "THREE"];
  await Promise.all(names.map((name) => us.transports.send(bytesOf(message(name)), phone.at("tcp"))));
  await phone.until(() => phone.heard.length === 3);
  deepEqual(phone.heard.map(({ text }) => text), names.map((name) => message(name)));
  equal(new Set(phone.heard.map(({ from }) => from.port)).size, 1);
  const [heard] = phone.heard;
  ok(heard);
  await phone.transports.send(bytesOf(message("FOUR")), heard.from);
  await us.until(() => us.heard.length === 1);
  deepEqual(us.heard[0]?.from, { ...phone.at("tcp"), local: us.transports.local(us.at("tcp")) });
});

Deno.test("a peer that cannot be reached is a TransportError", async () => {
  await using us = await Ears.open(tcp());
  const gone = await Ears.open(tcp());
  const nobody = gone.at("tcp");
  await gone.transports.close();
  await rejects(us.transports.send(bytesOf("x"), nobody), TransportError);
});

Deno.test("connecting has its time, and is given up after it", async () => {
  const connectMs = 1_234;
  const clock: Clock = {
    now: () => 0,
    after(ms, call) {
      // No connection is made before the next turn of the loop.
      if (ms === connectMs) queueMicrotask(call);
      return () => {};
    },
  };
  await using us = await Ears.open({ ...tcp(), clock, bounds: { connectMs } });
  await rejects(us.transports.send(bytesOf("x"), us.at("tcp")), /no answer within 1234 ms/);
});

Deno.test("a connection that was lost is told of, and the next message opens another", async () => {
  await using us = await Ears.open(tcp());
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to: Peer = { transport: "tcp", host: "127.0.0.1", port: listener.addr.port };
  for (let time = 1; time <= 2; time++) {
    await us.transports.send(bytesOf(message("ONE")), to);
    const conn = await listener.accept();
    equal(await read(conn), message("ONE"));
    conn.close();
    await us.until(() => us.closed.length === time);
  }
  deepEqual(us.closed.map(({ port }) => port), [to.port, to.port]);
  listener.close();
});

for (const bounds of [{ connectionsPerAddress: 2 }, { connections: 2 }]) {
  Deno.test(`where every connection is kept, one of them makes room: of ${JSON.stringify(bounds)}`, async () => {
    const clock = new HandClock();
    await using us = await Ears.open({ ...tcp(), clock, bounds });
    const first = await connectKept(us);
    await clock.pass(1_000);
    const second = await connectKept(us);
    const third = await connect(us);
    await ended(first);
    // Who is unknown displaces the unknown, however often he comes.
    for (let last = third, again = 0; again < 3; again++) {
      const next = await connect(us);
      await ended(last);
      last = next;
      if (again === 2) next.close();
    }
    await us.until(() => us.closed.length === 5);
    await write(second, message("STILL"));
    await us.until(() => us.heard.length === 3);
    second.close();
  });
}

Deno.test("where there is no room, the connection that is not kept and has been quiet longest makes room", async () => {
  const clock = new HandClock();
  await using us = await Ears.open({ ...tcp(), clock, bounds: { connections: 3 } });
  const kept = await connectKept(us);
  await clock.pass(1_000);
  const [talking, quiet] = [await connect(us), await connect(us)];
  await clock.pass(1_000);
  await write(talking, message("ONE"));
  await us.until(() => us.heard.length === 2);
  const next = await connect(us);
  await ended(quiet);
  await write(next, message("TWO"));
  await write(talking, message("THREE"));
  await write(kept, message("FOUR"));
  await us.until(() => us.heard.length === 5);
  equal(us.closed.length, 1);
  for (const conn of [kept, talking, next]) conn.close();
});

for (const bounds of [{ connectionsOfOurs: 2 }, { connectionsOfOursPerAddress: 2 }]) {
  Deno.test(`whoever takes all connections does not keep us from opening our own, of which the quietest makes room: of ${JSON.stringify(bounds)}`, async () => {
    const clock = new HandClock();
    await using us = await Ears.open({ ...tcp(), clock, bounds: { connections: 1, ...bounds } });
    await using first = await Ears.open(tcp());
    await using second = await Ears.open(tcp());
    await using third = await Ears.open(tcp());
    const stranger = await connectKept(us);
    for (const phone of [first, second, third]) {
      await us.transports.send(bytesOf(message("ONE")), phone.at("tcp"));
      await phone.until(() => phone.heard.length === 1);
      await clock.pass(1_000);
    }
    await first.until(() => first.closed.length === 1);
    await us.until(() => us.closed.length === 1);
    deepEqual([us.closed[0]?.port, second.closed.length, third.closed.length], [first.at("tcp").port, 0, 0]);
    stranger.close();
  });

  Deno.test(`a connection of ours has its place before it is open: of ${JSON.stringify(bounds)}`, async () => {
    await using us = await Ears.open({ ...tcp(), bounds });
    await using first = await Ears.open(tcp());
    await using second = await Ears.open(tcp());
    await using third = await Ears.open(tcp());
    const send = (phone: Ears) => us.transports.send(bytesOf(message("ONE")), phone.at("tcp"));
    const [one, two, refused] = await Promise.allSettled([send(first), send(second), send(third)]);
    deepEqual([one?.status, two?.status], ["fulfilled", "fulfilled"]);
    match(String(refused?.status === "rejected" && refused.reason), /too many connections are being opened/);
    await send(third);
    await third.until(() => third.heard.length === 1);
  });
}

Deno.test("a connection that could not be opened gives its place back", async () => {
  await using us = await Ears.open({ ...tcp(), bounds: { connectionsOfOurs: 1 } });
  await using phone = await Ears.open(tcp());
  const gone = await Ears.open(tcp());
  const nobody = gone.at("tcp");
  await gone.transports.close();
  for (let again = 0; again < 3; again++) await rejects(us.transports.send(bytesOf("x"), nobody), /refused/i);
  await us.transports.send(bytesOf(message("ONE")), phone.at("tcp"));
  await phone.until(() => phone.heard.length === 1);
});

Deno.test("what is not worth a connection is sent through one that is there, or not at all", async () => {
  await using us = await Ears.open(tcp());
  await using phone = await Ears.open(tcp());
  const to = phone.at("tcp");
  await rejects(us.transports.send(bytesOf(message("ONE")), to, { dial: false }), /its connection is gone/);
  await us.transports.send(bytesOf(message("TWO")), to);
  await us.transports.send(bytesOf(message("THREE")), to, { dial: false });
  await phone.until(() => phone.heard.length === 2);
  deepEqual(phone.heard.map(({ text }) => text), [message("TWO"), message("THREE")]);
});

Deno.test("a connection through which no admitted request comes is closed in time, whatever else it sends; one that is kept is not", async () => {
  const clock = new HandClock();
  await using us = await Ears.open({ ...tcp(), clock });
  const silent = await connect(us);
  const pinging = await connect(us);
  const slow = await connect(us);
  const good = await connectKept(us);
  const stranger = await connect(us);
  await write(pinging, "\r\n\r\n");
  equal(await read(pinging), "\r\n");
  await write(slow, "REGISTER sip:a SIP/2.0\r\n");
  await clock.pass(31_999);
  await write(stranger, message("ONE"));
  await us.until(() => us.heard.length === 2);
  equal(us.closed.length, 0);
  await clock.pass(1);
  await Promise.all([ended(silent), ended(pinging), ended(slow), ended(stranger)]);
  await write(good, message("TWO"));
  await us.until(() => us.heard.length === 3);
  await clock.pass(7_199_999);
  await write(good, "\r\n\r\n");
  equal(await read(good), "\r\n");
  await clock.pass(7_199_999);
  equal(us.closed.length, 4);
  await clock.pass(1);
  await ended(good);
  await us.until(() => us.closed.length === 5);
  equal(clock.alarms, 0);
});

Deno.test("a connection of ours is kept by whom it is kept for, and by no message that comes through it", async () => {
  const clock = new HandClock();
  await using us = await Ears.open({ ...tcp(), clock });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to: Peer = { transport: "tcp", host: "127.0.0.1", port: listener.addr.port };
  await us.transports.send(bytesOf(message("ONE")), to);
  const conn = await listener.accept();
  equal(await read(conn), message("ONE"));
  await write(conn, message("TWO"));
  await us.until(() => us.heard.length === 1);
  us.transports.keep(to);
  await clock.pass(7_199_999);
  equal(us.closed.length, 0);
  conn.close();
  await us.until(() => us.closed.length === 1);

  await us.transports.send(bytesOf(message("THREE")), to);
  const other = await listener.accept();
  equal(await read(other), message("THREE"));
  await write(other, message("FOUR"));
  await us.until(() => us.heard.length === 2);
  await clock.pass(32_000);
  await us.until(() => us.closed.length === 2);
  other.close();
  listener.close();
});

Deno.test("RFC 5626 4.4.1: pings that come at once share a pong, so that nothing queues without end", async () => {
  await using us = await Ears.open(tcp());
  const conn = await connect(us);
  const pings = bytesOf("\r\n\r\n".repeat(50_000));
  let rest = pings;
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
  await conn.closeWrite();
  let pongs = "";
  for (let text = await read(conn); text !== null; text = await read(conn)) pongs += text;
  ok(pongs.length >= 2 && pongs.length < 2_000, `${pongs.length / 2} pongs`);
  conn.close();
});

Deno.test("nothing is read while much waits to be sent: what is asked next would only make it more", async () => {
  let waiting = 0;
  let most = 0;
  const answer = new Uint8Array(1_000_000).fill(0x61);
  await using us = await Ears.open({
    ...tcp(),
    bounds: { waitingBytes: 1_000_000_000 },
    onMessage(_bytes, from) {
      most = Math.max(most, waiting++);
      us.transports.send(answer, from).finally(() => waiting--);
    },
  });
  const conn = await connect(us);
  const asked = 20;
  // As long as a read is, so that each is read by itself.
  for (let index = 0; index < asked; index++) await write(conn, message("ASK", "x".repeat(16_384)));
  const buffer = new Uint8Array(65_536);
  for (let left = asked * answer.length; left > 0;) left -= await conn.read(buffer) ?? left;
  ok(most <= 1, `${most} answers waited`);
  equal(us.heard.length, asked);
  conn.close();
  await us.until(() => us.closed.length === 1);
});

Deno.test("a message that waits costs more than its bytes, so that many short ones are bounded, too", async () => {
  await using us = await Ears.open({ ...tcp(), bounds: { waitingBytes: 10_000 } });
  const conn = await connectKept(us);
  const [heard] = us.heard;
  ok(heard);
  const sent = Array.from({ length: 100 }, () => us.transports.send(bytesOf("x"), heard.from).catch(() => "refused"));
  ok((await Promise.all(sent)).includes("refused"));
  await ended(conn);
});

Deno.test("what is no stream of SIP messages ends its connection only", async () => {
  await using us = await Ears.open({ ...tcp(), bounds: { mostBytes: 1_000 } });
  const good = await connect(us);
  for (const text of ["x".repeat(5_000), "REGISTER sip:a SIP/2.0\r\n\r\n", message("BIG", "x".repeat(1_000))]) {
    const bad = await connect(us);
    await write(bad, text);
    await ended(bad);
  }
  await write(good, message("ONE"));
  await us.until(() => us.heard.length === 1);
  good.close();
});

Deno.test("a peer that never reads loses its connection when too much waits for it; others are served meanwhile", async () => {
  await using us = await Ears.open({ ...tcp(), bounds: { waitingBytes: 300_000 } });
  const deaf = await connect(us);
  await write(deaf, message("ONE"));
  await us.until(() => us.heard.length === 1);
  const [heard] = us.heard;
  ok(heard);
  const bytes = new Uint8Array(50_000).fill(0x61);
  const outcomes: Promise<unknown>[] = [];
  while (us.closed.length === 0) {
    outcomes.push(us.transports.send(bytes, heard.from).catch((error) => error));
    await us.transports.send(bytesOf(message("SELF")), us.at("tcp"));
    await flush();
  }
  const failures = (await Promise.all(outcomes)).filter((outcome) => outcome !== undefined);
  ok(failures.length >= 6);
  ok(failures.every((failure) => failure instanceof TransportError));
  ok(failures.some((failure) => /it does not read/.test(String(failure))));
  await us.until(() => us.heard.length > outcomes.length);
  deaf.close();
});

Deno.test("closing ends every connection, one that is being opened too", async () => {
  const us = await Ears.open(tcp());
  const conn = await connect(us);
  await write(conn, message("ONE"));
  await us.until(() => us.heard.length === 1);
  const opening = us.transports.send(bytesOf(message("TWO")), us.at("tcp")).catch((error) => error);
  await us.transports.close();
  await ended(conn);
  ok([undefined, "TransportError"].includes((await opening)?.name));
  equal(us.closed.length >= 1, true);
  await rejects(us.transports.send(bytesOf("x"), us.at("tcp")), TransportError);
});
