import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { MediaSession, NoRtpPort, RtpPorts } from "../../../../plugins/sip/lib/media/mod.ts";
import { readPacket, type RtpPacket, writePacket } from "../../../../plugins/sip/lib/media/rtp.ts";
import { HandClock } from "../support/hand_clock.ts";

const HOST = "127.0.0.1";
/** Apart from the ports that other tests hold. */
const [FIRST, LAST] = [23_000, 23_098];

interface Bench extends AsyncDisposable {
  session: MediaSession;
  clock: HandClock;
  /** Digits that were told, as they come. */
  digits: string[];
  /** Fulfilled when this digit has been told. */
  heard(digit: string): Promise<void>;
  /** The RTP port of ours. */
  port: number;
  /** A socket of the world. */
  socket(host?: string): Promise<Socket & { port: number }>;
}

async function bench({ phone = HOST }: { phone?: string } = {}): Promise<Bench> {
  const clock = new HandClock();
  const digits: string[] = [];
  const sockets: Socket[] = [];
  let changed = () => {};
  const session = await MediaSession.open({
    ports: new RtpPorts(FIRST, LAST),
    host: HOST,
    phone,
    clock,
    mostPacketsPerSecond: 100,
    onDigit(digit) {
      digits.push(digit);
      changed();
    },
  });
  const port = Number(/m=audio (\d+)/.exec(new TextDecoder().decode(session.offer()))?.[1]);
  return {
    session,
    clock,
    digits,
    port,
    async heard(digit) {
      const guard = AbortSignal.timeout(5_000);
      while (!digits.includes(digit)) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        changed = resolve;
        guard.addEventListener("abort", () => reject(new Error(`${digit} never came, only ${digits.join("")}`)));
        await promise;
      }
    },
    async socket(host = HOST) {
      const socket = createSocket("udp4");
      sockets.push(socket);
      socket.bind(0, host);
      await once(socket, "listening");
      return Object.assign(socket, { port: socket.address().port });
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      for (const socket of sockets) await new Promise<void>((closed) => void socket.close(closed));
    },
  };
}

function answer({ host = HOST, port, extra = [] }: { host?: string; port: number; extra?: string[] }): Uint8Array {
  const lines = ["v=0", `o=- 1 1 IN IP4 ${host}`, "s=-", `c=IN IP4 ${host}`, "t=0 0", `m=audio ${port} RTP/AVP 0 101`];
  return new TextEncoder().encode([...lines, "a=rtpmap:101 telephone-event/8000", ...extra, ""].join("\r\n"));
}

function press(code: number, timestamp: number): Uint8Array {
  const payload = Uint8Array.of(code, 0x0a, 0, 160);
  return writePacket({ payloadType: 101, marker: true, sequence: 1, timestamp, source: 7, payload });
}

async function send(socket: Socket, { bytes, port }: { bytes: Uint8Array; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    socket.send(bytes, port, HOST, (error: Error | null) => error ? reject(error) : resolve())
  );
}

let flushes = 1_000_000;

/** Waits until what was sent before has been heard: the phone's last digit is one that nobody else sends. */
async function flush({ digits, port, heard }: Bench, phone: Socket): Promise<void> {
  await send(phone, { bytes: press(15, flushes++), port });
  await heard("D");
  digits.splice(digits.indexOf("D"), 1);
}

async function packets(socket: Socket, { count }: { count: number }): Promise<RtpPacket[]> {
  const heard: RtpPacket[] = [];
  const guard = AbortSignal.timeout(5_000);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  guard.addEventListener("abort", () => reject(new Error(`only ${heard.length} of ${count} packets came`)));
  socket.on("message", (bytes) => {
    const packet = readPacket(bytes);
    if (packet && heard.push(packet) === count) resolve();
  });
  await promise;
  // Deno may let a datagram overtake another that was sent in the same turn.
  return heard.sort((a, b) => ((a.sequence - b.sequence + 0x8000) & 0xffff) - 0x8000);
}

Deno.test("packets of a stranger are not heard, those of the phone are", async () => {
  await using table = await bench();
  const [phone, stranger] = [await table.socket(), await table.socket()];
  table.session.accept(answer({ port: phone.port }));
  await flush(table, phone);
  await send(stranger, { bytes: press(1, 1), port: table.port });
  await send(phone, { bytes: press(2, 2), port: table.port });
  await flush(table, phone);
  assert.deepEqual(table.digits, ["2"]);
});

Deno.test("RFC 4961: a phone whose NAT has changed the port that it describes is heard from its first port, and no other", async () => {
  await using table = await bench();
  const [described, phone, stranger] = [await table.socket(), await table.socket(), await table.socket()];
  table.session.accept(answer({ port: described.port }));
  await flush(table, phone);
  await send(stranger, { bytes: press(1, 1), port: table.port });
  await send(phone, { bytes: press(2, 2), port: table.port });
  await flush(table, phone);
  assert.deepEqual(table.digits, ["2"]);
  const heard = packets(phone, { count: 1 });
  await table.clock.pass(5_000);
  await heard;
});

Deno.test("the place that a phone has described is heard always, and alone from its first packet on", async () => {
  await using table = await bench();
  const [phone, stranger] = [await table.socket(), await table.socket()];
  table.session.accept(answer({ port: phone.port }));
  await flush(table, stranger);
  await flush(table, phone);
  await send(stranger, { bytes: press(1, 1), port: table.port });
  await flush(table, phone);
  assert.deepEqual(table.digits, []);
});

Deno.test("packets of a host that is neither the phone's nor described are not heard, even if they are the first", async () => {
  await using table = await bench({ phone: "192.0.2.7" });
  const [media, stranger] = [await table.socket(), await table.socket()];
  table.session.accept(answer({ host: "192.0.2.7", port: 4000 }));
  await send(stranger, { bytes: press(1, 1), port: table.port });
  table.session.accept(answer({ port: media.port }));
  await flush(table, media);
  assert.deepEqual(table.digits, []);
});

Deno.test("before there is a description, nobody is heard", async () => {
  await using table = await bench();
  const phone = await table.socket();
  await send(phone, { bytes: press(1, 1), port: table.port });
  // Datagrams of one host to itself arrive in the order in which they were sent: when this one has come, so has the
  // first.
  const arrived = packets(phone, { count: 1 });
  await send(phone, { bytes: press(1, 2), port: phone.port });
  await arrived;
  table.session.accept(answer({ port: phone.port }));
  await flush(table, phone);
  assert.deepEqual(table.digits, []);
});

Deno.test("RFC 4961: a phone behind a NAT is heard from where its signalling is, from the first port and no other", async () => {
  await using table = await bench();
  const [phone, stranger] = [await table.socket(), await table.socket()];
  table.session.accept(answer({ host: "192.0.2.7", port: 4000 }));
  await flush(table, phone);
  await send(stranger, { bytes: press(1, 1), port: table.port });
  await send(phone, { bytes: press(2, 2), port: table.port });
  await flush(table, phone);
  assert.deepEqual(table.digits, ["2"]);
});

Deno.test("an address that is not the phone's own is sent nothing before it has spoken to us", async () => {
  await using table = await bench({ phone: "192.0.2.7" });
  const media = await table.socket();
  table.session.accept(answer({ port: media.port }));
  assert.equal(table.session.sendsDigits, false);
  await flush(table, media);
  assert.equal(table.session.sendsDigits, true);
});

Deno.test("RFC 6263: silence is sent at once and every 5 s while we may send", async () => {
  await using table = await bench();
  const phone = await table.socket();
  const heard = packets(phone, { count: 3 });
  table.session.accept(answer({ port: phone.port }));
  await table.clock.pass(10_000);
  for (const { payloadType, payload } of await heard) {
    assert.equal(payloadType, 0);
    assert.deepEqual([...payload], Array(160).fill(0xff));
  }
});

Deno.test("RFC 3264 8.4: a phone that has put us on hold is sent nothing", async () => {
  await using table = await bench();
  const phone = await table.socket();
  const heard: Uint8Array[] = [];
  phone.on("message", (bytes) => heard.push(bytes));
  table.session.answer(answer({ port: phone.port, extra: ["a=sendonly"] }));
  assert.equal(table.session.sendsDigits, false);
  await table.clock.pass(20_000);
  await flush(table, phone);
  assert.equal(heard.length, 0);
});

Deno.test("RFC 4733 2.5.1: a digit is one event of rising duration whose end is sent three times", async () => {
  await using table = await bench();
  const phone = await table.socket();
  const all = packets(phone, { count: 13 });
  table.session.accept(answer({ port: phone.port }));
  const sent = table.session.sendDigits("#", new AbortController().signal);
  await table.clock.pass(1_000);
  await sent;
  const events = (await all).filter(({ payloadType }) => payloadType === 101);
  assert.equal(new Set(events.map(({ timestamp }) => timestamp)).size, 1);
  assert.deepEqual(events.map(({ marker }) => marker), [true, false, false, false, false, false, false]);
  assert.deepEqual(
    events.map(({ payload: [code, flags = 0, high = 0, low = 0] }) => [code, flags >> 7, high << 8 | low]),
    [
      [11, 0, 160],
      [11, 0, 320],
      [11, 0, 480],
      [11, 0, 640],
      [11, 1, 640],
      [11, 1, 640],
      [11, 1, 640],
    ],
  );
});

Deno.test("RFC 4733 2.5.1.4: silence follows the last digit, so that a phone that holds packets back hears its end", async () => {
  await using table = await bench();
  const phone = await table.socket();
  const all = packets(phone, { count: 20 });
  table.session.accept(answer({ port: phone.port }));
  const sent = table.session.sendDigits("1#", new AbortController().signal);
  await table.clock.pass(1_000);
  await sent;
  const heard = await all;
  assert.deepEqual(heard.map(({ payloadType }) => payloadType), [0, ...Array(14).fill(101), ...Array(5).fill(0)]);
  const after = heard.slice(-5);
  assert.deepEqual(after.map(({ marker }) => marker), [true, false, false, false, false]);
  const times = after.map(({ timestamp }) => (timestamp - (after[0]?.timestamp ?? 0)) >>> 0);
  assert.deepEqual(times, [0, 160, 320, 480, 640]);
});

Deno.test("digits that are abandoned reject with the signal's reason, and what has sounded is ended", async () => {
  await using table = await bench();
  const phone = await table.socket();
  table.session.accept(answer({ port: phone.port }));
  const all = packets(phone, { count: 4 });
  const stop = new AbortController();
  const sent = assert.rejects(table.session.sendDigits("12", stop.signal), /enough/);
  stop.abort(new Error("enough"));
  await sent;
  const events = (await all).filter(({ payloadType }) => payloadType === 101);
  assert.deepEqual(events.map(({ payload: [code, flags = 0] }) => [code, flags >> 7]), [[1, 0], [1, 1], [1, 1], [
    1,
    1,
  ]]);
});

Deno.test("digits that are under way when the call ends are rejected, and the port is free at once", async () => {
  await using table = await bench();
  const phone = await table.socket();
  table.session.accept(answer({ port: phone.port }));
  const sent = assert.rejects(table.session.sendDigits("12", new AbortController().signal), /the call is ending/);
  await table.session.close();
  await sent;
  const again = await new RtpPorts(table.port, table.port).open(HOST);
  await new Promise<void>((closed) => void again.socket.close(closed));
});

Deno.test("more packets in a second than the limit are dropped, and heard again in the next", async () => {
  await using table = await bench();
  const phone = await table.socket();
  table.session.accept(answer({ port: phone.port }));
  for (let sent = 0; sent < 110; sent++) {
    await send(phone, { bytes: press(sent < 99 ? 1 : 2, sent * 1000), port: table.port });
  }
  await table.heard("2");
  await table.clock.pass(1_000);
  await flush(table, phone);
  assert.equal(table.digits.join(""), "1".repeat(99) + "2");
});

Deno.test("packets of a stranger use up nothing of what the phone may send in a second", async () => {
  await using table = await bench();
  const [phone, stranger] = [await table.socket(), await table.socket()];
  table.session.accept(answer({ port: phone.port }));
  await flush(table, phone);
  for (let sent = 0; sent < 150; sent++) await send(stranger, { bytes: press(1, sent * 1_000), port: table.port });
  await flush(table, phone);
  assert.deepEqual(table.digits, []);
});

Deno.test("RFC 3264 8: the version in o= rises exactly when something else changes", async () => {
  await using table = await bench();
  const version = () => /o=- \d+ (\d+) /.exec(new TextDecoder().decode(table.session.offer()))?.[1];
  assert.deepEqual([version(), version()], ["1", "1"]);
  table.session.held = true;
  assert.equal(version(), "2");
});

Deno.test("a range whose ports are all in use refuses with how many there are and what to do, and gives again what is given back", async () => {
  const ports = new RtpPorts(23_101, 23_105);
  const open = () =>
    MediaSession.open({
      ports,
      host: HOST,
      phone: HOST,
      clock: new HandClock(),
      mostPacketsPerSecond: 1,
      onDigit() {},
    });
  const [first, second] = [await open(), await open()];
  await assert.rejects(open(), (error) => {
    assert.ok(error instanceof NoRtpPort);
    assert.match(error.message, /all even ports from 23102 to 23104 \(2\) are in use; widen the range/);
    return true;
  });
  await first.close();
  const third = await open();
  await Promise.all([second.close(), third.close()]);
});

Deno.test("a range without an even port, or beyond the ports, is refused with what would be right", () => {
  for (const [first, last] of [[23_001, 23_001], [23_002, 23_000], [80, 90], [65_534, 70_000]] as const) {
    assert.throws(() => new RtpPorts(first, last), /a range with an even port within 1024 to 65535 is wanted/);
  }
});
