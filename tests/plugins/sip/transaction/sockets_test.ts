import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { responseTo, writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import {
  DEFAULT_ENDPOINT_BOUNDS,
  type Endpoint,
  type EndpointBounds,
  openEndpoint,
  type ServerTransaction,
} from "../../../../plugins/sip/lib/transaction/mod.ts";
import {
  bindDatagrams,
  DEFAULT_TRANSPORT_BOUNDS,
  openTransports,
  type Peer,
  TransportError,
  type TransportName,
} from "../../../../plugins/sip/lib/transport/mod.ts";
import { newRequest, phoneRequest } from "./support/requests.ts";

interface Station {
  endpoint: Endpoint;
  at(transport: TransportName, host: string): Peer;
  logged: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

async function openStation(
  onRequest: (transaction: ServerTransaction) => void = () => {},
  bounds: Partial<EndpointBounds> = {},
): Promise<Station> {
  const logged: string[] = [];
  const transports = await openTransports({
    listen: [{ host: "127.0.0.1", port: 0 }, { host: "::1", port: 0 }],
    transports: ["udp", "tcp"],
    bounds: DEFAULT_TRANSPORT_BOUNDS,
  });
  const endpoint = openEndpoint({
    transports,
    clock: systemClock,
    bounds: { ...DEFAULT_ENDPOINT_BOUNDS, ...bounds },
    log: (text) => logged.push(text),
  });
  endpoint.serve({ onRequest, admit: () => "ok" });
  transports.start({
    onMessage: (bytes, from) => endpoint.receive(bytes, from),
    onClosed: (peer) => endpoint.lost(peer),
  });
  return {
    endpoint,
    logged,
    at: (transport, host) => ({ transport, ...transports.local({ transport, host, port: 1 }) }),
    [Symbol.asyncDispose]: () => endpoint.close(),
  };
}

for (const transport of ["udp", "tcp"] as const) {
  for (const host of ["127.0.0.1", "::1"]) {
    Deno.test(`requests, calls and cancelled calls go over ${transport} at ${host}`, async () => {
      const taken: ServerTransaction[] = [];
      await using us = await openStation();
      await using phone = await openStation((transaction) => {
        taken.push(transaction);
        const { request } = transaction;
        if (request.method === "MESSAGE") return transaction.respond(responseTo(request, 202));
        transaction.respond(responseTo(request, 180, { toTag: "phone" }));
        if (request.headers.get("Call-ID") === "answered") {
          transaction.respond(responseTo(request, 200, { toTag: "phone" }));
        }
      });
      const to = phone.at(transport, host);
      equal((await us.endpoint.request(newRequest("MESSAGE"), { to })).status, 202);

      const answered = us.endpoint.invite(newRequest("INVITE", { callId: "answered" }), { to, onProvisional() {} });
      equal((await answered.final).status, 200);
      us.endpoint.acknowledge(newRequest("ACK", { callId: "answered", to: "<sip:b@test>;tag=phone" }), to);
      await taken[1]?.acknowledged;

      const cancelled = us.endpoint.invite(newRequest("INVITE", { callId: "cancelled" }), {
        to,
        onProvisional: () => cancelled.cancel(),
      });
      equal((await cancelled.final).status, 487);
      await taken[2]?.acknowledged;
      equal(taken[2]?.cancelled.aborted, true);
      deepEqual([us.logged, phone.logged], [[], []]);
    });
  }
}

Deno.test("a connection that is lost in the middle of a request or a call fails it at once", async () => {
  await using us = await openStation();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to: Peer = { transport: "tcp", host: "127.0.0.1", port: listener.addr.port };
  const request = rejects(us.endpoint.request(newRequest("MESSAGE"), { to }), TransportError);
  const { final } = us.endpoint.invite(newRequest("INVITE"), { to, onProvisional() {} });
  const conn = await listener.accept();
  ok(await conn.read(new Uint8Array(100)));
  conn.close();
  await request;
  await rejects(final, /the connection to tcp 127.0.0.1:\d+ is gone|Cannot send/);
  listener.close();
});

Deno.test("RFC 3261 18.2.2: a phone that sends from one socket and listens at another hears every answer where it listens", async () => {
  await using us = await openStation((transaction) => transaction.respond(responseTo(transaction.request, 200)));
  const sockets = await Promise.all([0, 1].map(() => bindDatagrams("127.0.0.1", 0)));
  const [mouth, ear] = sockets;
  ok(mouth && ear);
  const heard = once(ear, "message", { signal: AbortSignal.timeout(5_000) });
  const via = [`SIP/2.0/UDP 127.0.0.1:${ear.address().port};branch=z9hG4bK-1`];
  mouth.send(writeMessage(newRequest("MESSAGE", { via })), us.at("udp", "127.0.0.1").port, "127.0.0.1");
  const [bytes] = await heard;
  match(new TextDecoder().decode(bytes), /^SIP\/2\.0 200/);
  await Promise.all(sockets.map((socket) => new Promise<void>((closed) => void socket.close(closed))));
});

Deno.test("a request whose top Via cannot be read is answered 400 where it came from, and is one line of the log; nothing is sent for an ACK or a response", async () => {
  await using us = await openStation();
  const socket = await bindDatagrams("127.0.0.1", 0);
  const { port } = us.at("udp", "127.0.0.1");
  const faults = ["SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bK-1", "SIP/2.0/UDP", "nonsense"];
  const told = (via: string, start?: string) => {
    const [first = "", ...lines] = new TextDecoder().decode(writeMessage(newRequest("OPTIONS"))).split("\r\n");
    return [start ?? first, `Via: ${via}`, ...lines].join("\r\n");
  };
  for (const via of faults) {
    socket.send(told(via, "ACK sip:b@h SIP/2.0").replace("1 OPTIONS", "1 ACK"), port, "127.0.0.1");
    socket.send(told(via, "SIP/2.0 200 OK"), port, "127.0.0.1");
    const heard = once(socket, "message", { signal: AbortSignal.timeout(20_000) });
    socket.send(told(via), port, "127.0.0.1");
    const [bytes] = await heard;
    const text = new TextDecoder().decode(bytes);
    match(text, /^SIP\/2\.0 400 .*Via/);
    ok(text.includes(`\r\nVia: ${via}\r\n`), text);
  }
  equal(us.logged.length, 3 * faults.length);
  for (const line of us.logged) match(line, /^A message of udp 127\.0\.0\.1:\d+ is refused: /);
  await new Promise<void>((closed) => void socket.close(closed));
});

Deno.test("a flood from one address costs that address its service only, and nobody memory", async () => {
  let taken = 0;
  await using us = await openStation((transaction) => {
    taken++;
    transaction.respond(responseTo(transaction.request, 200));
  }, { messagesPerSecond: 10, burst: 50 });
  await using phone = await openStation();
  const flood = createSocket("udp4");
  await new Promise<void>((bound) => flood.bind({ address: "127.0.0.1", port: 0 }, bound));
  const { port } = us.at("udp", "127.0.0.1");
  let flooding = true;
  let sent = 0;
  const flooded = (async () => {
    while (flooding) {
      const branch = `z9hG4bK-${sent++}`;
      const bytes = writeMessage(phoneRequest("OPTIONS", { branch, callId: branch }));
      flood.send(bytes, port, "127.0.0.1");
      // The flood is in this process, too: without a turn for the others it would starve the loop from inside.
      if (sent % 50 === 0) await new Promise<void>((turn) => void setTimeout(turn, 0));
    }
  })();
  for (let asked = 0; asked < 30; asked++) {
    const answer = await phone.endpoint.request(newRequest("MESSAGE", { callId: `call-${asked}` }), {
      to: us.at("udp", "::1"),
    });
    equal(answer.status, 200);
  }
  while (sent < 2_000) await new Promise<void>((turn) => void setTimeout(turn, 0));
  flooding = false;
  await flooded;
  await new Promise<void>((closed) => void flood.close(closed));
  ok(taken - 30 < sent / 2, `${taken} of ${sent} were taken`);
});
