/**
 * The virtual plugin in its real process under the real host.
 *
 * @module
 */
import { BUTTON_MODES, PHONE_STATES } from "../../server/core/contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "../../server/core/contract/operations.ts";
import type { Masks } from "../../server/core/contract/events.ts";
import { HostBench, type Told } from "../host/testbed.ts";

const EVERYTHING: Masks = {
  states: [...PHONE_STATES],
  buttonModes: [...BUTTON_MODES],
  buttonStates: ["up", "down"],
};

/** One virtual phone. */
export class VirtualBench implements AsyncDisposable {
  readonly host: HostBench;
  readonly #phone: string;
  #requests = 0;

  private constructor(host: HostBench, phone: string) {
    this.host = host;
    this.#phone = phone;
  }

  /** The plugin, started; the phone is open and everything wanted. */
  static async open(phone: "desk-1" | "mini-1"): Promise<VirtualBench> {
    const source = new URL("../../plugins/virtual", import.meta.url).pathname;
    const host = await HostBench.of(() => [{ source }]);
    await host.host.start();
    await host.until("settle", ([name]) => name === "settle");
    await host.process.open(phone, EVERYTHING);
    return new VirtualBench(host, phone);
  }

  /** Asks for an operation; gives its id at once. */
  start<Name extends OperationName>(operation: Name, params: OperationParameters[Name]): number {
    const requestId = ++this.#requests;
    this.host.operate(requestId, { phone: this.#phone, operation, params });
    return requestId;
  }

  /** The result of an operation, when it is there. */
  async result(requestId: number): Promise<number> {
    const [, , result] = await this.host.until(
      `completion ${requestId}`,
      ([name, id]) => name === "completed" && id === requestId,
    );
    return Number(result);
  }

  /** Does an operation; gives its result. */
  do<Name extends OperationName>(operation: Name, params: OperationParameters[Name]): Promise<number> {
    return this.result(this.start(operation, params));
  }

  /** Acts as the person at the phone; gives the result. */
  act(action: unknown): Promise<number> {
    const text = typeof action === "string" ? action : JSON.stringify(action);
    return this.do("devSpecific", { params: new TextEncoder().encode(text).toBase64() });
  }

  /** Asks a getter. */
  get<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): Promise<GetterResults[Name]> {
    return this.host.process.get(this.#phone, { getter, params });
  }

  /** What was reported: states, buttons and the rest, without completions. */
  get reports(): Told[] {
    const quiet = ["enable", "admit", "addPhone", "ready", "settle", "completed"];
    return this.host.told.filter(([name]) => !quiet.includes(name)).map((told) =>
      told.filter((part) => part !== undefined) as Told
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
  }
}
