/**
 * A desk with a phone on it.
 *
 * @module
 */
import { type Baresip, type BaresipOptions, startBaresip } from "../drivers/baresip.ts";
import { type Exchange, type ExchangeOptions, type OpenPhone, REGISTRAR, startExchange } from "./exchange.ts";

/** A server, and one phone registered with it and open. */
export interface DeskOf<Peer> extends AsyncDisposable {
  exchange: Exchange;
  desk: OpenPhone;
  /** What the phone itself is driven by. */
  peer: Peer;
}

/** A desk with a baresip. */
export interface Desk extends Omit<DeskOf<Baresip>, "peer"> {
  baresip: Baresip;
}

/** Starts a server, opens its only phone, has a peer register as that, and waits until it is connected. */
export async function startDeskOf<Peer extends AsyncDisposable>(
  { user, config, start }: { user: string; start: () => Promise<Peer> } & Pick<ExchangeOptions, "config">,
): Promise<DeskOf<Peer>> {
  await using undo = new AsyncDisposableStack();
  const exchange = undo.use(await startExchange({ users: [user], ...config && { config } }));
  const desk = await exchange.open(user);
  const peer = undo.use(await start());
  await desk.connected();
  // Before the phone is gone: nobody would confirm the end of a call.
  undo.defer(() => exchange.close());
  const running = undo.move();
  return { exchange, desk, peer, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Starts a server and a baresip, and waits until that is connected. */
export async function startDesk(
  { config, ...options }: Partial<BaresipOptions> & Pick<ExchangeOptions, "config"> = {},
): Promise<Desk> {
  const start = () => startBaresip({ port: 5070, user: "1001", registrar: REGISTRAR, ...options });
  const { peer, ...desk } = await startDeskOf({ user: "1001", start, ...config && { config } });
  return { ...desk, baresip: peer };
}

/** Rings the phone, which its person answers. */
export async function answer({ desk, baresip }: Desk): Promise<void> {
  await desk.phone.setRing({ mode: 1, volume: 0 });
  await baresip.next("CALL_INCOMING");
  await baresip.command("accept");
  await desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await baresip.next("CALL_ESTABLISHED");
}

/** What `devSpecific` and `setData` take: base64, of an object as JSON. */
export function base64(content: string | object): string {
  return new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)).toBase64();
}
