import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { isRequest, MessageSplitter, parseMessage, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import { DEFAULT_ENDPOINT_BOUNDS, openEndpoint } from "../../../../plugins/sip/lib/transaction/mod.ts";
import {
  DEFAULT_TRANSPORT_BOUNDS,
  openTransports,
  type TransportName,
} from "../../../../plugins/sip/lib/transport/mod.ts";
import { type BindingChange, DEFAULT_REGISTRAR_BOUNDS, openRegistrar } from "../../../../plugins/sip/registrar/mod.ts";
import { answer } from "../digest/support.ts";
import { HandClock } from "../support/hand_clock.ts";
import { contactsOf } from "./support.ts";

const PATIENCE_MS = 5_000;

/** A registrar behind real sockets; its own time stands until the test moves it. */
async function openServer(host: string, transport: TransportName) {
  const clock = new HandClock();
  const changes: BindingChange[] = [];
  const registrar = openRegistrar({
    realm: "phones.test",
    algorithms: ["SHA-256", "MD5"],
    accounts: [{ user: "1001", secret: "wonderland" }],
    methods: ["INVITE"],
    inDialog: () => "here",
    expiry: { leastSeconds: 60, mostSeconds: 3_600 },
    bounds: DEFAULT_REGISTRAR_BOUNDS,
    clock,
    onChange: (change) => changes.push(change),
    log: () => {},
  });
  const transports = await openTransports({
    listen: [{ host, port: 0 }],
    transports: [transport],
    bounds: DEFAULT_TRANSPORT_BOUNDS,
  });
  const endpoint = openEndpoint({ transports, clock: systemClock, bounds: DEFAULT_ENDPOINT_BOUNDS, log: () => {} });
  endpoint.serve({ admit: registrar.admit, onRequest: (transaction) => registrar.register(transaction) });
  transports.start({ onMessage: (bytes, from) => endpoint.receive(bytes, from) });
  return {
    clock,
    changes,
    registrar,
    address: transports.local({ transport, host, port: 9 }),
    async [Symbol.asyncDispose]() {
      registrar.close();
      await endpoint.close();
    },
  };
}

/** What carries the text of one message there, and of one back. */
interface Wire extends AsyncDisposable {
  port: number;
  exchange(text: string): Promise<SipResponse>;
}

async function openUdp(server: { host: string; port: number }): Promise<Wire> {
  const socket = createSocket(isIPv6(server.host) ? "udp6" : "udp4");
  socket.bind(0, server.host);
  await once(socket, "listening");
  return {
    port: socket.address().port,
    async exchange(text) {
      const answered = once(socket, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
      socket.send(text, server.port, server.host);
      const [bytes] = await answered;
      return response(bytes);
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

async function openTcp({ host, port }: { host: string; port: number }): Promise<Wire> {
  const connection = await Deno.connect({ hostname: host, port });
  const splitter = new MessageSplitter();
  return {
    port: (connection.localAddr as Deno.NetAddr).port,
    async exchange(text) {
      await connection.write(new TextEncoder().encode(text));
      for (;;) {
        const buffer = new Uint8Array(65_535);
        const count = await connection.read(buffer);
        assert.ok(count !== null, "the connection was closed");
        const [bytes] = splitter.push(buffer.subarray(0, count)).messages;
        if (bytes) return response(bytes);
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(connection.close()),
  };
}

function response(bytes: Uint8Array): SipResponse {
  const message = parseMessage(bytes);
  assert.ok(!isRequest(message));
  return message;
}

/** A phone that is nothing but a REGISTER. */
class Registrant {
  #cseq = 0;
  #challenge: string | undefined;
  #count = 0;
  readonly contact: string;

  constructor(readonly wire: Wire, readonly at: { host: string; transport: TransportName }) {
    const host = isIPv6(at.host) ? `[${at.host}]` : at.host;
    this.contact = `<sip:1001@${host}:${wire.port};transport=${at.transport}>`;
  }

  /** Sends one REGISTER, with the nonce of the last challenge if there was one. */
  async send(lines: string[]): Promise<SipResponse> {
    const authorization = this.#challenge && answer(this.#challenge, {
      count: (++this.#count).toString(16).padStart(8, "0"),
    });
    const host = isIPv6(this.at.host) ? `[${this.at.host}]` : this.at.host;
    const received = await this.wire.exchange(
      [
        "REGISTER sip:phones.test SIP/2.0",
        `Via: SIP/2.0/${this.at.transport.toUpperCase()} ${host}:${this.wire.port};branch=z9hG4bK${crypto.randomUUID()};rport`,
        "Max-Forwards: 70",
        "From: <sip:1001@phones.test>;tag=mine",
        "To: <sip:1001@phones.test>",
        "Call-ID: the-registration",
        `CSeq: ${++this.#cseq} REGISTER`,
        ...lines,
        ...authorization ? [`Authorization: ${authorization}`] : [],
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
    const [challenge] = received.headers.all("WWW-Authenticate");
    if (challenge !== undefined) {
      this.#challenge = challenge;
      this.#count = 0;
    }
    return received;
  }
}

for (
  const at of [
    { transport: "udp", host: "127.0.0.1" },
    { transport: "udp", host: "::1" },
    { transport: "tcp", host: "127.0.0.1" },
    { transport: "tcp", host: "::1" },
  ] as const
) {
  Deno.test(`over ${at.transport} at ${at.host} a phone is challenged, registers, refreshes, is stale, unregisters and expires`, async () => {
    await using server = await openServer(at.host, at.transport);
    await using wire = await (at.transport === "udp" ? openUdp : openTcp)(server.address);
    const phone = new Registrant(wire, at);
    const contact = `Contact: ${phone.contact}`;

    const challenged = await phone.send([contact]);
    assert.equal(challenged.status, 401);
    const registered = await phone.send([contact]);
    assert.equal(registered.status, 200);
    assert.deepEqual(contactsOf(registered), [`${phone.contact};expires=3600`]);
    const [binding] = server.changes[0]?.bindings ?? [];
    assert.equal(binding?.peer.port, wire.port);
    assert.equal(binding?.peer.host, at.host);

    assert.equal((await phone.send([contact, "Expires: 600"])).status, 200, "the nonce is good for a second count");
    await server.clock.pass(300_000);
    const stale = await phone.send([contact]);
    assert.equal(stale.status, 401);
    assert.match(stale.headers.get("WWW-Authenticate") ?? "", /, stale=true$/);
    assert.equal((await phone.send([contact, "Expires: 600"])).status, 200);

    assert.deepEqual(contactsOf(await phone.send([`${contact};expires=0`])), []);
    assert.equal((await phone.send([contact, "Expires: 60"])).status, 200);
    await server.clock.pass(60_000);
    assert.deepEqual(
      server.changes.map(({ reason }) => reason),
      ["registered", "refreshed", "refreshed", "unregistered", "registered", "expired"],
    );
  });
}

Deno.test("a REGISTER that UDP brings twice is answered twice, and done once", async () => {
  await using server = await openServer("127.0.0.1", "udp");
  await using wire = await openUdp(server.address);
  const sent: string[] = [];
  const repeating: Wire = {
    ...wire,
    async exchange(text) {
      sent.push(text);
      return await wire.exchange(text);
    },
  };
  const phone = new Registrant(repeating, { transport: "udp", host: "127.0.0.1" });
  await phone.send([`Contact: ${phone.contact}`]);
  const first = await phone.send([`Contact: ${phone.contact}`]);
  const again = await wire.exchange(sent[1] ?? "");
  assert.equal(again.status, 200);
  assert.equal(again.headers.get("To"), first.headers.get("To"));
  assert.equal(server.changes.length, 1);
});
