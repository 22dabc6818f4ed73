/**
 * What a plugin's process sends to its host: a life that begins well, with a phone open, two requests and a getter under way, and then goes on with anything.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createCore } from "../../../server/core/mod.ts";
import { SupervisedProcess } from "../../../server/host/plugin_process.ts";
import { PluginLog } from "../../../server/host/plugin_log.ts";
import { SDK_VERSION, WIRE_VERSION } from "../../../server/wire/mod.ts";
import corpus from "../corpus/host_wire.json" with { type: "json" };
import { bytesOf, joined } from "../inputs/bytes.ts";
import { type Json, nearlyJson } from "../inputs/json.ts";
import { nearly } from "../inputs/texts.ts";
import { NO_CAPABILITIES } from "../../no_capabilities.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { LooseProcess } from "../world/loose_process.ts";
import { MemoryHistory } from "../world/memory_history.ts";
import { systemClock } from "../../../server/program/clock.ts";

/** What is written after the beginning. */
export interface FuzzFrames {
  /** Bodies of frames, each with the length that it is said to have if that is not its own. */
  readonly frames: readonly { readonly body: string; readonly length?: number }[];
  /** How many bytes are written at once, or more if these would be too many pieces. */
  readonly piece: number;
}

/** What is long comes in larger pieces: writing a hundred thousand takes longer than an input may. */
const MOST_PIECES = 4_096;

/** The numbers that the requests and calls of the beginning have. */
const REQUESTS = [6, 7];
const GETTER_CALL = 2;
const phone = "p";

const capabilities = JSON.parse(JSON.stringify({ ...NO_CAPABILITIES, states: ["lamp"] })) as Json;

const MESSAGES: readonly Json[] = [
  ...REQUESTS.map((requestId) => ({ type: "done", requestId, result: 0 })),
  { type: "done", requestId: REQUESTS[0] ?? 0, result: -1879048164, message: "It is broken" },
  { type: "answer", call: GETTER_CALL, value: { lamp: 1, mode: "steady" } },
  { type: "refuse", call: GETTER_CALL, result: -1, message: "No" },
  { type: "state", phone, states: ["lamp"], detail: 1 },
  { type: "state", phone, states: ["display"], values: { display: { rows: ["Hi"] }, ringVolume: 7 } },
  { type: "state", phone, states: ["reinit"] },
  { type: "button", phone, button: 1, mode: "feature", state: "down" },
  { type: "devSpecific", phone, params: "AAEC" },
  { type: "connected", phone, connected: false },
  { type: "suspended", phone, suspended: true },
  { type: "forceClosing", phone },
  { type: "forceClosed", phone },
  {
    type: "addPhone",
    call: 2,
    phone: { id: "q", name: "Q", capabilities, connected: true, methods: ["setLamp", "getLamp"] },
  },
  { type: "removePhone", call: 3, phone },
  { type: "beat", beat: 1, rssBytes: 1_000_000, cpu: 0.5, lagMs: 1.5 },
  { type: "log", level: "info", text: "a line" },
  { type: "hello", wire: WIRE_VERSION, sdk: SDK_VERSION },
  { type: "ready" },
  { type: "startFailed", message: "It could not start", verdict: "crash" },
  { type: "stopped" },
  { type: "fault", message: "It fell" },
];

const frame: fc.Arbitrary<FuzzFrames["frames"][number]> = fc.tuple(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.constantFrom(...MESSAGES), { minLength: 1, maxLength: 4 }).map((sent) =>
        JSON.stringify(sent)
      ),
    },
    { weight: 12, arbitrary: nearlyJson(MESSAGES.map((message) => [message])) },
    { weight: 1, arbitrary: nearly(['[{"type":"ready"}]', "[]", "{}"]) },
  ),
  fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(0xffff_ffff) }, {
    weight: 1,
    arbitrary: fc.nat(200),
  }),
).map(([body, length]) => ({ body, ...length !== undefined && { length } }));

/** See the module. */
export const hostWire: Target<FuzzFrames> = {
  name: "host_wire",
  share: 8,
  noise: HEAP_NOISE,
  corpus,
  inputs: fc.record({
    frames: fc.array(frame, { minLength: 1, maxLength: 4 }),
    piece: fc.oneof({ weight: 3, arbitrary: fc.constant(65_536) }, {
      weight: 1,
      arbitrary: fc.integer({ min: 16, max: 300 }),
    }),
  }),
  open: () => Promise.resolve(new HostSubject()),
};

class HostSubject implements Subject<FuzzFrames> {
  async attempt({ frames, piece }: FuzzFrames): Promise<void> {
    const { history, core, process, life, asked } = await begin();
    const bytes = joined(frames.map(framed));
    const step = Math.max(piece, Math.ceil(bytes.length / MOST_PIECES));
    for (let at = 0; at < bytes.length; at += step) process.write(bytes.slice(at, at + step));
    process.end();
    const { detail } = await life;
    ok(!detail.includes("could not be handled"), detail);
    await asked;
    equal(history.open, 0, "a request was accepted and not completed");
    equal(core.operator.census().requests, 0);
    await core.lifecycle.stop();
    equal(core.operator.census().handles, 0);
  }

  async goOn(): Promise<void> {
    const done = REQUESTS.map((requestId) => ({ type: "done", requestId, result: 0 }));
    const { process, life, asked } = await begin();
    process.write(framed({ body: JSON.stringify([...done, MESSAGES[3]]) }));
    deepEqual((await asked).map((settled) => settled.status === "fulfilled" && settled.value), [
      "succeeded",
      "succeeded",
      { lamp: 1, mode: "steady" },
    ]);
    process.end();
    await life;
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A life up to where a phone is open and something is asked of it. */
async function begin() {
  const history = new MemoryHistory();
  const core = createCore({ clock: systemClock, nextId: () => crypto.randomUUID(), history });
  core.plugins.enable(["test"]);
  const ready = Promise.withResolvers<void>();
  const process = new LooseProcess((message) => {
    if (message.type === "open") process.say({ type: "answer", call: message.call });
  });
  const life = new SupervisedProcess(process, {
    name: "test",
    config: {},
    intake: core.plugins,
    anew: false,
    bounds: { startMs: 10_000, stopMs: 1_000, heartbeatMs: 10_000, missedHeartbeats: 3 },
    log: new PluginLog("test", () => {}),
    fileMb: 64,
    watch: () => () => {},
    onReady() {
      core.plugins.settle("test");
      ready.resolve();
    },
  }).supervise();
  process.say(
    { type: "hello", wire: WIRE_VERSION, sdk: SDK_VERSION },
    {
      type: "addPhone",
      call: 1,
      phone: { id: phone, name: "P", capabilities: NO_CAPABILITIES, connected: true, methods: ["setLamp", "getLamp"] },
    },
    { type: "ready" },
  );
  await ready.promise;
  const application = await core.applications.initialize("Fuzz", { token: "t" });
  const handle = await application.open({ phone: `test:${phone}`, privilege: "owner" });
  const asked: Promise<unknown>[] = [];
  for (const id of REQUESTS) {
    const accepted = await handle.request("setLamp", { params: { lamp: 1, mode: "steady" } });
    equal(accepted.requestId, id);
    accepted.answered();
    asked.push(accepted.recorded.then((record) => record?.outcome));
  }
  asked.push(handle.get("getLamp", { lamp: 1 }));
  return { history, core, process, life, asked: Promise.allSettled(asked) };
}

function framed({ body, length }: FuzzFrames["frames"][number]): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(body);
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, length ?? bytes.length);
  frame.set(bytes, 4);
  return frame;
}
