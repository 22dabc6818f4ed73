/**
 * Messages of JSON-RPC that are nearly right: every method, alone and in batches.
 *
 * @module
 */
import fc from "fast-check";
import { type Json, jsonEdits } from "../inputs/json.ts";
import { few, textEdit } from "../inputs/texts.ts";

/** What is sent over a socket. In the text `{application}`, `{owner}` and `{monitor}` stand for what there is when it is sent. */
export interface FuzzMessage {
  /** Whether the socket has no application yet. */
  readonly fresh: boolean;
  readonly text: string;
}

const handle = "{owner}";

const OPERATIONS: readonly (readonly [method: string, params: Json])[] = [
  ["phoneDevSpecific", { handle, params: "eyJwcmVzcyI6MTJ9" }],
  ["phoneSetButtonInfo", { handle, button: 12, mode: "feature", function: "hold", text: "Hold", devSpecific: "AA==" }],
  ["phoneSetData", { handle, dataId: 0, data: "AAECAw==" }],
  ["phoneSetDisplay", { handle, row: 0, column: 0, text: "Welcome" }],
  ["phoneSetGain", { handle, device: "handset", gain: 32768, return: "minimal" }],
  ["phoneSetHookSwitch", { handle, devices: ["speaker"], mode: "micSpeaker" }],
  ["phoneSetLamp", { handle, lamp: 20, mode: "steady", reference: "a word", deadlineMs: 5_000, idempotencyKey: "k" }],
  ["phoneSetRing", { handle, mode: 1, volume: 32768 }],
  ["phoneSetVolume", { handle: "{monitor}", device: "handset", volume: 32768 }],
];

const METHODS: readonly (readonly [method: string, params: Json])[] = [
  ...OPERATIONS,
  ["ping", {}],
  ["phoneGetPhones", {}],
  ["phoneGetDevCaps", { phone: "virtual:desk-1" }],
  ["phoneOpen", { phone: 1, privilege: "monitor" }],
  ["phoneClose", { handle: "{monitor}" }],
  ["phoneShutdown", {}],
  ["phoneSetStatusMessages", { handle, states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up", "down"] }],
  ["phoneGetStatusMessages", { handle }],
  ["phoneGetRequest", { requestId: 1 }],
  ["phoneGetStatus", { handle }],
  ["phoneGetHookSwitch", { handle }],
  ["phoneGetRing", { handle }],
  ["phoneGetDisplay", { handle }],
  ["phoneGetVolume", { handle, device: "handset" }],
  ["phoneGetGain", { handle, device: "handset" }],
  ["phoneGetLamp", { handle, lamp: 20 }],
  ["phoneGetButtonInfo", { handle, button: 12 }],
  ["phoneGetData", { handle, dataId: 0, size: 4 }],
];

const BEGINNINGS: readonly (readonly [method: string, params: Json])[] = [
  ["phoneInitializeEx", { name: "Fuzz", leaseSeconds: 60 }],
  ["resume", { application: "{application}", lastEvent: 1 }],
  ["resume", { application: "{application}" }],
];

const id: fc.Arbitrary<Json | undefined> = fc.constantFrom<Json | undefined>(1, 1, 1, "a", null, undefined, 2.5, "");

function message(methods: readonly (readonly [method: string, params: Json])[]): fc.Arbitrary<Json> {
  return fc.tuple(fc.constantFrom(...methods), id).map(([[method, params], id]): Json => ({
    jsonrpc: "2.0",
    ...id !== undefined && { id },
    method,
    params,
  }));
}

function text(message: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const one = fc.tuple(message, jsonEdits()).map(([value, edit]) => edit(value));
  return fc.oneof(
    { weight: 8, arbitrary: one },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.array(message, { maxLength: 5 }), jsonEdits()).map(([values, edit]) => edit(values)),
    },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 4 }).map((texts) => `[${texts.join()}]`) },
    { weight: 1, arbitrary: fc.tuple(one, few(textEdit)).map(([text, edit]) => edit(text)) },
  );
}

/** See the module. */
export const messages: fc.Arbitrary<FuzzMessage> = fc.oneof(
  { weight: 6, arbitrary: text(message(METHODS)).map((text) => ({ fresh: false, text })) },
  { weight: 1, arbitrary: text(message([...BEGINNINGS, ...METHODS])).map((text) => ({ fresh: true, text })) },
);
