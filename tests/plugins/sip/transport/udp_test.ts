import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { TransportError } from "../../../../plugins/sip/lib/transport/mod.ts";
import { bytesOf, Ears, message } from "./support/ears.ts";

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test(`RFC 3261 18: messages go both ways over UDP at ${host}`, async () => {
    const listen = [{ host, port: 0 }];
    await using us = await Ears.open({ listen, transports: ["udp"] });
    await using phone = await Ears.open({ listen, transports: ["udp"] });
    await phone.transports.send(bytesOf(message("ONE")), us.at("udp", host));
    await us.until(() => us.heard.length === 1);
    const { text, from } = us.heard[0] ?? {};
    equal(text, message("ONE"));
    deepEqual(from, { ...phone.at("udp", host), local: us.transports.local(us.at("udp", host)) });
    await us.transports.send(bytesOf(message("TWO")), from ?? us.at("udp"));
    await phone.until(() => phone.heard.length === 1);
    deepEqual(phone.heard[0]?.from.port, us.at("udp", host).port);
  });
}

Deno.test("RFC 3581 section 4: an answer leaves from the address that heard the request", async () => {
  const free = await Promise.all([Ears.open(), Ears.open()]);
  const ports = free.map((ears) => ears.at("udp").port);
  await Promise.all(free.map((ears) => ears.transports.close()));
  const listen = ports.map((port) => ({ host: "127.0.0.1", port }));
  await using us: Ears = await Ears.open({
    listen,
    transports: ["udp"],
    onMessage: (bytes, from) => void us.transports.send(bytes, from),
  });
  await using phone = await Ears.open({ transports: ["udp"] });
  for (const [index, port] of ports.entries()) {
    await phone.transports.send(bytesOf(message("WHO")), { transport: "udp", host: "127.0.0.1", port });
    await phone.until(() => phone.heard.length > index);
  }
  deepEqual(phone.heard.map(({ from }) => from.port), ports);
  deepEqual(us.heard.map(({ from }) => from.local?.port), ports);
});

Deno.test("RFC 3261 18.1.1: a datagram as long as UDP can carry arrives whole; a longer one is refused", async () => {
  await using us = await Ears.open({ transports: ["udp"] });
  await us.transports.send(new Uint8Array(65_507).fill(0x61), us.at("udp"));
  await us.until(() => us.heard.length === 1);
  equal(us.heard[0]?.text.length, 65_507);
  await rejects(us.transports.send(new Uint8Array(65_508), us.at("udp")), TransportError);
});

for (const host of ["192.0.2.1", "2001:db8::1"]) {
  Deno.test(`an address that nothing grants is told as that: ${host}`, async () => {
    await using us = await Ears.open({
      listen: [{ host: host.includes(":") ? "::1" : "127.0.0.1", port: 0 }],
      transports: ["udp"],
    });
    await rejects(us.transports.send(bytesOf(message("ONE")), { transport: "udp", host, port: 5060 }), {
      name: "TransportError",
      message: /^Cannot send to udp \S+:5060: "net" access to that address is not granted$/,
    });
  });
}

Deno.test("what only keeps a NAT open, and what is longer than allowed, is not handed over", async () => {
  await using us = await Ears.open({ transports: ["udp"], bounds: { mostBytes: 1_000 } });
  for (const text of ["", "\r\n\r\n", "\0\0\0\0", "x".repeat(1_001), message("LAST")]) {
    await us.transports.send(bytesOf(text), us.at("udp"));
  }
  await us.until(() => us.heard.length > 0);
  deepEqual(us.heard.map(({ text }) => text), [message("LAST")]);
});

Deno.test("400 requests at once do not drown in their own answers", async () => {
  await using us = await Ears.open({ transports: ["udp"] });
  await using phone = await Ears.open({
    transports: ["udp"],
    onMessage(bytes, from) {
      for (let answer = 0; answer < 2; answer++) phone.transports.send(bytes, from).catch(() => {});
    },
  });
  const request = bytesOf(message("RING", "x".repeat(500)));
  await Promise.all(Array.from({ length: 400 }, () => us.transports.send(request, phone.at("udp"))));
  await us.until(() => us.heard.length === 800);
});

Deno.test("what waits to be sent is bounded; what was taken is sent", async () => {
  await using us = await Ears.open({ transports: ["udp"], bounds: { waitingBytes: 10_000 } });
  const sends = await Promise.allSettled(
    Array.from({ length: 100 }, () => us.transports.send(bytesOf("x".repeat(1_000)), us.at("udp"))),
  );
  const sent = sends.filter(({ status }) => status === "fulfilled").length;
  // The first one is on its way when the others begin to wait.
  equal(sent, 11);
  await us.until(() => us.heard.length === sent);
});

Deno.test("what is sent to nobody is gone, and what cannot be sent says why", async () => {
  await using us = await Ears.open({ transports: ["udp"] });
  const gone = await Ears.open({ transports: ["udp"] });
  const nobody = gone.at("udp");
  await gone.transports.close();
  await us.transports.send(bytesOf(message("HELLO")), nobody);
  await us.transports.send(bytesOf(message("HELLO")), nobody);
  await rejects(us.transports.send(bytesOf("x"), { ...nobody, transport: "tcp" }), /no socket of ours is of its kind/);
  await rejects(us.transports.send(bytesOf("x"), { ...nobody, host: "::1" }), TransportError);
  await rejects(gone.transports.send(bytesOf("x"), nobody), /closed/);
});

Deno.test("closing while datagrams wait sends or rejects each, and ends", async () => {
  const us = await Ears.open({ transports: ["udp"] });
  const sends = Array.from({ length: 50 }, () => us.transports.send(bytesOf(message("BYE")), us.at("udp")));
  const settled = Promise.allSettled(sends);
  await us.transports.close();
  ok((await settled).some(({ status }) => status === "fulfilled"));
  await us.transports.close();
});
