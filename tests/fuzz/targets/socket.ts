/**
 * Messages over the socket, in this process.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { Connection } from "../../../server/socket/connection.ts";
import corpus from "../corpus/socket.json" with { type: "json" };
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { endApplications, type House, inHouse, openHouse, SECRETS, wholeHouse } from "../world/house.ts";
import { LooseSocket } from "../world/loose_socket.ts";
import { RpcClient } from "../world/rpc_client.ts";
import { type FuzzMessage, messages } from "./messages.ts";

/** See the module. */
export const socket: Target<FuzzMessage> = {
  name: "socket",
  share: 50,
  noise: HEAP_NOISE,
  corpus,
  inputs: messages,
  open: async () => new SocketSubject(await openHouse()),
};

class SocketSubject implements Subject<FuzzMessage> {
  #house: House;
  #client: RpcClient | undefined;

  constructor(house: House) {
    this.#house = house;
  }

  async attempt({ fresh, text }: FuzzMessage): Promise<void> {
    this.#house = await wholeHouse(this.#house);
    const client = fresh ? connect(this.#house) : await this.#begun();
    await client.attempt(inHouse(this.#house, text));
    deepEqual(this.#house.reported, []);
    if (!fresh) return;
    client.close();
    // It may have taken the application over.
    this.#client?.close();
    this.#client = undefined;
  }

  async goOn(): Promise<void> {
    await this.attempt({ fresh: false, text: `{"jsonrpc":"2.0","id":1,"method":"phoneGetPhones"}` });
    const { core, application } = this.#house;
    await endApplications(core, { but: application.id });
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#house.core.lifecycle.stop();
  }

  /** The client that is the application with the two handles. */
  async #begun(): Promise<RpcClient> {
    const { application } = this.#house;
    const known = this.#client;
    if (known?.isOpen && known.application === application.id) return known;
    const client = connect(this.#house, { application: application.id });
    await client.resume();
    return this.#client = client;
  }
}

function connect({ ports, underWay }: House, options?: { application: string }): RpcClient {
  const token = ports.tokens.find(SECRETS.operator);
  ok(token);
  const end = new LooseSocket();
  new Connection(end, { ports, underWay, token, address: "127.0.0.1" });
  const client = new RpcClient({ send: (text) => end.receive(text), close: () => end.close() }, options);
  end.onSent = (text) => client.got(text);
  end.addEventListener("close", ({ code }: CloseEventInit) => client.closed(code ?? 0));
  return client;
}
