import { deepEqual, equal, ok } from "node:assert/strict";
import { EventQueue } from "../http/support/event_queue.ts";
import { SECRETS, TestServer } from "../http/support/server.ts";
import { soon } from "../harness/soon.ts";
import { TestSocket } from "./support/socket.ts";

const HANDSHAKE =
  `GET /v1/socket HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRETS["t-all"]}\r\nconnection: Upgrade\r\n` +
  "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class Ended extends Error {}

/** A client that reads what is sent to it only when it is told to. */
class LazyClient implements Disposable {
  readonly #connection: Deno.Conn;
  #read = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(server: TestServer): Promise<LazyClient> {
    const client = new LazyClient(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
    await client.#connection.write(new TextEncoder().encode(HANDSHAKE));
    await soon(client.#connection.read(new Uint8Array(1_024)));
    return client;
  }

  /** Sends a text of at most 125 bytes as a frame, masked with zeros as a client's must be. */
  async send(method: string, params: object): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    ok(text.length < 126);
    await this.#connection.write(new Uint8Array([0x81, 0x80 | text.length, 0, 0, 0, 0, ...text]));
  }

  /**
   * Reads until there are these words, or the server has ended the connection, as it does when a client goes on sending
   * after a close; gives how much was read.
   */
  async readToEnd(words: string): Promise<number> {
    try {
      return await this.readUntil(words);
    } catch (error) {
      if (error instanceof Ended || error instanceof Deno.errors.ConnectionReset) return this.#read;
      throw error;
    }
  }

  /** Reads until there are these words; gives how many bytes have been read altogether. */
  async readUntil(words: string): Promise<number> {
    const buffer = new Uint8Array(65_536);
    let last = "";
    while (!last.includes(words)) {
      const length = await soon(this.#connection.read(buffer));
      if (length === null) throw new Ended(`The connection ended without ${words}`);
      this.#read += length;
      last = last.slice(-words.length) + new TextDecoder("latin1").decode(buffer.subarray(0, length));
    }
    return this.#read;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** Lets the server's clock and the loop go on until something is so. */
async function until(server: TestServer, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isSo()) {
    ok(performance.now() < end, "It did not become so");
    server.clock.advance(2);
    await server.call("GET", "/healthz");
  }
}

Deno.test("a client that stops reading holds up the core's events and not our memory (api section 4)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  const total = 5_000;
  for (let seq = 1; seq <= total; seq++) queue.push(seq, "x".repeat(10_000));
  using client = await LazyClient.open(server);
  await client.send("phoneInitializeEx", { name: "Test" });
  let still = 0;
  let taken = -1;
  // It has stopped when many turns of the loop take nothing more: the sockets' buffers are full.
  await until(server, () => {
    still = taken === queue.taken ? still + 1 : 0;
    taken = queue.taken;
    return taken > 0 && still > 50;
  });
  ok(taken < total, `${taken} of ${total} events were taken`);
  // As soon as it reads again, it goes on.
  await Promise.all([client.readUntil("x".repeat(10_000)), until(server, () => queue.taken > taken)]);
});

Deno.test("a client that reads nothing for half a minute is cut off, and its lease runs (api section 4)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  for (let seq = 1; seq <= 5_000; seq++) queue.push(seq, "x".repeat(10_000));
  using client = await LazyClient.open(server);
  await client.send("phoneInitializeEx", { name: "Test" });
  let cut = false;
  queue.cancelled.then(() => cut = true);
  await until(server, () => {
    server.clock.advance(5_000);
    return cut;
  });
  deepEqual(server.core.held, ["hold app-1", "release app-1"]);
  // The application may be resumed over another socket, though the old connection stands.
  server.core.stream = new EventQueue();
  await using other = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  await other.ask("resume", { application: "app-1", lastEvent: 3 });
  // When it reads after all, it finds the reason behind what had been handed over.
  await client.readUntil("reads too slowly");
});

Deno.test("a client that asks and does not read the answers is cut off at 1 MiB that waits (api section 3)", async () => {
  await using server = new TestServer({ socketBytes: 1_048_576 });
  const queue = server.core.stream = new EventQueue();
  server.core.got = { data: "x".repeat(60_000) };
  using client = await LazyClient.open(server);
  await client.send("phoneInitializeEx", { name: "Test" });
  let cut = false;
  queue.cancelled.then(() => cut = true);
  let asked = 0;
  while (!cut) {
    ok(++asked < 1_000, "It was not cut off");
    await client.send("phoneGetData", { handle: "own-1", dataId: 0 });
    await server.call("GET", "/healthz");
  }
  // What waited here was given up: less comes than was answered.
  const answers = server.core.calls.filter(([name]) => name === "get").length;
  const length = await client.readToEnd("reads too slowly");
  ok(length < answers * 60_000 - 900_000, `${length} bytes came of ${answers} answers`);
});

Deno.test("a client that reads is not cut off by a single answer that is longer than the limit", async () => {
  await using server = new TestServer({ socketBytes: 1_000 });
  server.core.stream = new EventQueue();
  server.core.got = { data: "x".repeat(500_000) };
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  await socket.ask("phoneInitializeEx", { name: "Test" });
  for (let i = 0; i < 3; i++) {
    const { data } = await socket.ask("phoneGetData", { handle: "own-1", dataId: 0 });
    equal((data as string).length, 500_000);
  }
});
