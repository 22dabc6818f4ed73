/**
 * What a host says, message by message: as hosts say it, with values at their limits.
 *
 * @module
 */
import fc from "fast-check";
import * as names from "../../../server/core/contract/names.ts";
import { bytesOf } from "../inputs/bytes.ts";
import { fragment, nearly } from "../inputs/texts.ts";

/** A message of the host without its number. */
export type Spoken = { readonly type: string; readonly phone?: string; readonly [field: string]: unknown };

const phone = fc.oneof({ weight: 12, arbitrary: fc.constant("desk-1") }, {
  weight: 4,
  arbitrary: fc.constant("mini-1"),
}, {
  weight: 1,
  arbitrary: fc.constantFrom("none", "__proto__", ""),
});
const number = fc.oneof(
  { weight: 4, arbitrary: fc.nat(24) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff) },
);
const text = fragment.map((text) => text.toWellFormed().slice(0, 100));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.toBase64()),
  nearly([
    '{"press":12}',
    '{"hook":{"device":"handset","mode":"mic"}}',
    '{"next":{"count":1,"delayMs":1}}',
    '{"forceClose":true}',
    '{"remove":true}',
    '{"connected":false}',
    '{"connected":true}',
    '{"suspended":false}',
    '{"suspended":true}',
  ])
    .map((text) => bytesOf(text).toBase64()),
);
const device = fc.constantFrom(...names.HOOKSWITCH_DEVICES);
const lampMode = fc.constantFrom(...names.LAMP_MODES, 0x1_0000, 0x8000_0000);
const wanted = fc.record({
  states: fc.subarray([...names.PHONE_STATES]),
  buttonModes: fc.subarray([...names.BUTTON_MODES]),
  buttonStates: fc.subarray([...names.BUTTON_STATES]),
});
const operation = (name: string, params: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({
    type: fc.constant("operate"),
    phone,
    operation: fc.constant(name),
    params: fc.record(params),
    remainingMs: fc.constantFrom(30_000, 0.5, 0, -1),
  });
const getter = (name: string, params: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: fc.constant("get"), phone, getter: fc.constant(name), params: fc.record(params) });

/** One of them, any. */
export const spoken: fc.Arbitrary<Spoken> = fc.oneof(
  fc.record({ type: fc.constantFrom("open", "want"), phone, wanted }),
  fc.record({ type: fc.constant("close"), phone }),
  fc.record({ type: fc.constant("abort"), requestId: fc.nat(12) }),
  fc.record({ type: fc.constant("answer"), call: fc.nat(6) }),
  fc.record({ type: fc.constant("refuse"), call: fc.nat(6), result: fc.constantFrom(-1, -1879048164), message: text }),
  operation("devSpecific", { params: bytes }),
  operation("devSpecific", { params: bytes }),
  operation("setButtonInfo", {
    button: number,
    mode: fc.constantFrom(...names.BUTTON_MODES),
    function: fc.constantFrom(...names.BUTTON_FUNCTIONS, 0x8000_0000),
    text,
  }),
  operation("setData", { dataId: number, data: bytes }),
  operation("setDisplay", { row: number, column: number, text }),
  operation("setGain", { device, gain: number }),
  operation("setHookSwitch", {
    devices: fc.subarray([...names.HOOKSWITCH_DEVICES]),
    mode: fc.constantFrom(...names.HOOKSWITCH_MODES),
  }),
  operation("setLamp", { lamp: number, mode: lampMode }),
  operation("setRing", { mode: number, volume: number }),
  operation("setVolume", { device, volume: number }),
  getter("getStatus"),
  getter("getHookSwitch"),
  getter("getRing"),
  getter("getDisplay"),
  getter("getVolume", { device }),
  getter("getGain", { device }),
  getter("getLamp", { lamp: number }),
  getter("getButtonInfo", { button: number }),
  getter("getData", { dataId: number, size: fc.constantFrom(0, 1, 256, 65_536) }),
);
