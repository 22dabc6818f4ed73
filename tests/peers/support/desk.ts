/**
 * A desk with a baresip on it.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { type Baresip, type BaresipOptions, startBaresip } from "../drivers/baresip.ts";
import { type Exchange, type ExchangeOptions, type OpenPhone, REGISTRAR, startExchange } from "./exchange.ts";

/** A server, and one phone registered with it and open. */
export interface Desk extends AsyncDisposable {
  exchange: Exchange;
  desk: OpenPhone;
  baresip: Baresip;
}

/** Starts a server and a phone, and waits until the phone is connected. */
export async function startDesk(
  { config, ...options }: Partial<BaresipOptions> & Pick<ExchangeOptions, "config"> = {},
): Promise<Desk> {
  await using undo = new AsyncDisposableStack();
  const exchange = undo.use(await startExchange({ users: ["1001"], ...config && { config } }));
  const desk = await exchange.open("1001");
  const baresip = undo.use(await startBaresip({ port: 5070, user: "1001", registrar: REGISTRAR, ...options }));
  await desk.connected();
  // Before the phone is gone: nobody would confirm the end of a call.
  undo.defer(() => exchange.close());
  const running = undo.move();
  return { exchange, desk, baresip, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Rings the phone, which its person answers. */
export async function answer({ desk, baresip }: Desk): Promise<void> {
  equal((await desk.phone.setRing({ mode: 1, volume: 0 })).outcome, "succeeded");
  await baresip.next("CALL_INCOMING");
  await baresip.command("accept");
  await desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await baresip.next("CALL_ESTABLISHED");
}

/** What `devSpecific` and `setData` take: base64, of an object as JSON. */
export function base64(content: string | object): string {
  return new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)).toBase64();
}
