import { deepEqual, equal } from "node:assert/strict";
import type { PhoneErrorName } from "../../server/core/contract/errors.ts";
import type { OperationName } from "../../server/core/contract/operations.ts";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { startServer } from "../harness/start_server.ts";
import type { Application, Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { configuration, sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const HELD = { hold: true };

/** The requests whose completion came to the server when they had one already, or were never asked. */
async function superfluous({ call }: Application): Promise<unknown[]> {
  const { body } = await call<{ events: HistoryEvent<"lateCompletion">[] }>(
    "GET",
    "/v1/history/events?type=lateCompletion&limit=500",
  );
  return body.events.map(({ detail }) => detail.requestId);
}

Deno.test("R30 each accepted operation is completed once, however it ends: at once or late, well, badly, or after its deadline", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const plans = [
    {},
    { error: "INVALPHONESTATE" as const },
    HELD,
    HELD,
    { ...HELD, onAbort: "ignore" as const },
  ];
  await bench.tell({ do: "plan", call: "setLamp", plans });
  const ids: number[] = [];
  for (const _ of plans.slice(1)) ids.push(await owner.request(LAMP));
  ids.push(await owner.request({ ...LAMP, deadlineMs: 50 }));
  const [, , third, fourth, late] = ids as [number, number, number, number, number];
  await bench.until("abort");
  for (const held of [fourth, third, late]) await bench.tell({ do: "release", held });
  const replies = (await application.heard()).flatMap((event) => event.type === "PHONE_REPLY" ? [event.requestId] : []);
  deepEqual(replies.toSorted((a, b) => a - b), ids);
  // The one past its deadline had been given up when its one completion came.
  deepEqual((await superfluous(application)).filter((id) => ids.includes(Number(id))), [late]);
});

/** The errors of each function's list besides those of every one (contract 2.1). What a driver rejects with itself is its own affair (api.md section 6). */
const LISTS: Record<OperationName, PhoneErrorName[]> = {
  devSpecific: ["INVALPOINTER"],
  setButtonInfo: ["INVALBUTTONLAMPID"],
  setData: ["INVALDATAID", "INVALPHONESTATE"],
  setDisplay: ["INVALPARAM", "INVALPHONESTATE"],
  setGain: ["INVALHOOKSWITCHDEV", "INVALPHONESTATE"],
  setHookSwitch: ["INVALHOOKSWITCHDEV", "INVALHOOKSWITCHMODE", "INVALPHONESTATE"],
  setLamp: ["INVALBUTTONLAMPID", "INVALLAMPMODE", "INVALPHONESTATE"],
  setRing: ["INVALRINGMODE", "INVALPHONESTATE"],
  setVolume: ["INVALHOOKSWITCHDEV", "INVALPHONESTATE"],
};
const OF_EVERY_LIST: PhoneErrorName[] = ["NOMEM", "OPERATIONFAILED", "OPERATIONUNAVAIL", "RESOURCEUNAVAIL"];

/** What no phone under test can do. */
const IMPOSSIBLE: Asked[] = [
  { operation: "setButtonInfo", button: 9, mode: "feature", function: "hold", text: "" },
  { operation: "setData", dataId: 9, data: "" },
  { operation: "setData", dataId: 0, data: new Uint8Array(17).toBase64() },
  { operation: "setDisplay", row: 0, column: 8, text: "x" },
  { operation: "setGain", device: "speaker", gain: 1 },
  { operation: "setHookSwitch", devices: ["headset"], mode: "mic" },
  { operation: "setHookSwitch", devices: ["speaker"], mode: "mic" },
  { operation: "setLamp", lamp: 9, mode: "steady" },
  { operation: "setLamp", lamp: 0, mode: "flutter" },
  { operation: "setRing", mode: 3, volume: 1 },
  { operation: "setVolume", device: "headset", volume: 1 },
];

Deno.test("R31 what the SDK refuses for a driver is an error of the function's own list", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  const allowed = ({ operation }: Asked) =>
    [...LISTS[operation], ...OF_EVERY_LIST].map((name): string => `PHONEERR_${name}`);
  for (const connected of [true, false]) {
    await bench.tell({ do: "connected", connected });
    for (const asked of IMPOSSIBLE) {
      const { outcome, code } = await owner.perform(asked);
      deepEqual([outcome, allowed(asked).includes(code ?? "")], ["failed", true], `${asked.operation}: ${code}`);
    }
  }
  deepEqual(await bench.calls(), ["open"]);
});

Deno.test("R31 a driver can give nothing but a telephony error: zero, request ids and numbers of other tables become OPERATIONFAILED", async () => {
  // What a driver throws so is printed, which a server that is shared must not do.
  await using printing = await startServer({ config: configuration() });
  await using bench = await makeBench(printing);
  const owner = await (await bench.application()).open(bench.phone);
  // The last two are of LINEERR_ and PHONEERR_, one past its end.
  const errors = [0, 1, 2_147_483_647, 0x8000_0048, 0x9000_0026];
  await bench.tell({ do: "plan", call: "setLamp", plans: errors.map((error) => ({ error })) });
  for (const error of errors) {
    const { outcome, result } = await owner.perform(LAMP);
    deepEqual([outcome, result], ["failed", -1879048164], String(error));
  }
});

Deno.test("R42 what is synchronous causes no completion: open, masks, getters and close", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const before = await superfluous(application);
  const handle = await application.open(bench.phone);
  equal((await handle.want({ states: ["lamp"] })).status, 200);
  const getters = ["hookswitch", "ring", "display", "volume/handset", "gain/handset", "lamps/0", "buttons/0", "data/0"];
  for (const getter of ["status", "status-messages", ...getters]) equal((await handle.get(getter)).status, 200, getter);
  await bench.tell({ do: "plan", call: "getRing", plans: [{ error: "INVALPHONESTATE" }] });
  equal((await handle.get("ring")).status, 409);
  await handle.close();
  deepEqual(await application.heard(), []);
  const { body } = await application.call<{ requests: unknown[] }>("GET", `/v1/requests?phone=${bench.phone}`);
  deepEqual(body.requests, []);
  deepEqual(await superfluous(application), before);
});

Deno.test("R54 R55 Q37 a close waits until the plugin has completed every operation, orphans too, and closes the driver after the last", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const before = await superfluous(a);
  const plans = Array.from({ length: 3 }, () => ({ ...HELD, onAbort: "ignore" as const }));
  await bench.tell({ do: "plan", call: "setLamp", plans });
  const first = await a.open(bench.phone);
  const monitor = await b.open(bench.phone, "monitor");
  const orphan = await first.request(LAMP);
  await first.close();
  const second = await a.open(bench.phone);
  const own = [await second.request(LAMP), await second.request(LAMP)] as const;
  await monitor.close();
  const closing = second.close();
  await bench.until("abort", 3);
  await bench.tell({ do: "release", held: own[1] });
  await bench.tell({ do: "release", held: own[0], error: "INVALPHONESTATE" });
  deepEqual((await bench.calls()).includes("close"), false);
  await bench.tell({ do: "release", held: orphan, error: "throw" });
  deepEqual(await closing, { handle: second.id, lastHandle: true, completed: 3 });
  deepEqual((await bench.calls()).slice(-4), ["abort", "abort", "abort", "close"]);
  const records = await Promise.all([orphan, ...own].map((id) => bench.requestRecord(id)));
  deepEqual(records.map(({ outcome, result }) => [outcome, result]), [
    ["aborted", -1879048164],
    ["aborted", -1879048172],
    ["succeeded", 0],
  ]);
  deepEqual(await superfluous(a), before);
});

Deno.test("R58 when a close has answered the device is released: others can open it at once, again and again, whatever was under way", async () => {
  await using bench = await makeBench(server());
  const applications = [await bench.application(), await bench.application()];
  await bench.tell({ do: "plan", call: "setLamp", plans: Array.from({ length: 4 }, () => HELD) });
  for (let round = 1; round <= 4; round++) {
    const owner = await applications[round % 2]!.open(bench.phone);
    await owner.request(LAMP);
    await bench.until("setLamp", round);
    equal((await owner.close()).completed, 1);
  }
  deepEqual(await bench.calls(), Array.from({ length: 4 }, () => ["open", "setLamp", "abort", "close"]).flat());
});

Deno.test("R64 a forced close tells nobody before the plugin has completed every request of the phone", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const before = await superfluous(application);
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD, { ...HELD, onAbort: "ignore" }] });
  const [aborted, going] = [await owner.request(LAMP), await owner.request(LAMP)];
  await bench.until("setLamp", 2);
  await bench.tell({ do: "forceClose" });
  await bench.until("abort", 2);
  equal((await application.events.next("PHONE_REPLY")).requestId, aborted);
  deepEqual((await application.heard()).map(({ type }) => type), ["PHONE_REPLY"]);
  await bench.tell({ do: "release", held: going });
  await application.events.next("PHONE_CLOSE");
  const heard = await application.heard();
  deepEqual(heard.map((event) => [event.type, "outcome" in event && event.outcome]), [
    ["PHONE_REPLY", "aborted"],
    ["PHONE_REPLY", "succeeded"],
    ["PHONE_CLOSE", false],
  ]);
  deepEqual(await superfluous(application), before);
});
