/**
 * The probe in its process under the real host, seen where the core would be: nothing is filtered here that the SDK lets through.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { OperationParameters } from "../../../server/core/contract/operations.ts";
import type { OutgoingOperation } from "../../../server/core/mod.ts";
import { HostBench, NOTHING, type Told } from "../../host/testbed.ts";
import type { Command, Entry } from "../probe/commands.ts";

/** The phone under test. */
export const PHONE = "first";

const LAMP: OperationParameters["setLamp"] = { lamp: 0, mode: "steady" };

/** See the module. The end of its block stops the host. */
export class ProbeProcess implements AsyncDisposable {
  readonly host: HostBench;
  #requests = 0;

  private constructor(host: HostBench) {
    this.host = host;
  }

  /** Starts it; its phone `control` is open. */
  static async start(): Promise<ProbeProcess> {
    const host = await HostBench.of(() => [{ source: new URL("../probe", import.meta.url).pathname }]);
    const probe = new ProbeProcess(host);
    await host.host.start();
    await host.until("settle", ([name]) => name === "settle");
    await host.process.open("control", NOTHING);
    return probe;
  }

  /** Asks the phone under test for a lamp; gives the request. */
  light(): number {
    return this.#operate({ operation: "setLamp", params: LAMP });
  }

  /** Asks it to show a full stop at a column; gives the request. */
  write(column: number): number {
    return this.#operate({ operation: "setDisplay", params: { row: 0, column, text: "." } });
  }

  /** Waits until a request has been completed; gives its result. */
  async result(requestId: number): Promise<unknown> {
    const done = ([name, id]: Told) => name === "completed" && id === requestId;
    const [, , result] = await this.host.until(`completion ${requestId}`, done);
    return result;
  }

  /** Tells the probe something, which it must be able to do. */
  async tell(...commands: Command[]): Promise<void> {
    for (const command of commands) {
      const requestId = ++this.#requests;
      const params = new TextEncoder().encode(JSON.stringify(command)).toBase64();
      this.host.operate(requestId, { phone: "control", params: { params } });
      equal(await this.result(requestId), 0);
    }
  }

  /** Waits until the probe has recorded so many calls of a name. */
  called(call: string, count = 1): Promise<void> {
    return this.host.untilTrue(call, () => this.recorded(call).length >= count);
  }

  /** What the probe has recorded of some calls of the phone under test, in its order. */
  recorded(...calls: string[]): Entry[] {
    return this.host.told.flatMap(([name, phone, params]) => {
      if (name !== "devSpecific" || phone !== "control") return [];
      const entry: Entry = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(String(params))));
      return entry.phone === PHONE && calls.includes(entry.call) ? [entry] : [];
    });
  }

  /** What has come of the phone under test and of these requests, in its order. */
  cameOf(...requests: number[]): Told[] {
    return this.host.told.filter(([name, of]) => name === "completed" ? requests.includes(Number(of)) : of === PHONE);
  }

  #operate(operation: Partial<OutgoingOperation>): number {
    const requestId = ++this.#requests;
    this.host.operate(requestId, { phone: PHONE, ...operation });
    return requestId;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.host[Symbol.asyncDispose]();
  }
}
