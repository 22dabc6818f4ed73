/**
 * A phone with some of everything, for tests of what it is told of changes.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { PHONE_STATES, type PhoneState } from "../../server/core/contract/names.ts";
import type { Driver, PartialCapabilities, Phone } from "../../server/plugin/mod.ts";
import type { OperateMessage } from "../../server/wire/mod.ts";
import { type Bench, onePhone } from "./testbed.ts";

/** What it can. */
export const CAPABILITIES: PartialCapabilities = {
  hookSwitchDevices: ["handset", "speaker"],
  hookSwitchModes: {
    handset: { settable: ["onHook", "mic", "micSpeaker"] },
    speaker: { settable: ["onHook", "micSpeaker"] },
  },
  volumeDevices: ["handset"],
  gainDevices: ["handset"],
  display: { rows: 2, columns: 4 },
  ringModes: 3,
  buttons: [{ id: 0, mode: "feature", function: "hold", lampModes: ["off", "steady", "flash"] }],
};

/** An operation that is asked of the phone. */
export type Asked = Pick<OperateMessage, "operation" | "params">;
/** Sets the one lamp. */
export const lamp = (mode: "off" | "steady" | "flash"): Asked => ({ operation: "setLamp", params: { lamp: 0, mode } });
/** Sets the handset's volume. */
export const volume = (volume: number): Asked => ({ operation: "setVolume", params: { device: "handset", volume } });
/** Writes to the display, from its beginning. */
export const text = (text: string): Asked => ({ operation: "setDisplay", params: { row: 0, column: 0, text } });

/** An open phone, and how an operation of it goes. */
export async function opened(
  driver: Driver | ((phone: () => Phone) => Driver),
  { states = [...PHONE_STATES] }: { states?: PhoneState[] } = {},
) {
  const made: Driver = typeof driver === "function" ? driver(() => phone) : driver;
  const { bench, phone } = await onePhone(made, { capabilities: CAPABILITIES });
  const wanted = { states, buttonModes: [], buttonStates: [] };
  await bench.call({ type: "open", phone: "p", wanted });
  let requestId = 0;
  /** Does an operation; gives what was told until its completion, which comes last. */
  const perform = async (asked: Asked) => {
    const before = bench.said.length;
    bench.operate(++requestId, asked as Parameters<Bench["operate"]>[1]);
    equal(await bench.result(requestId), 0);
    equal(bench.said.at(-1)?.type, "done");
    return told(bench, before);
  };
  return { bench, phone, perform, reopen: () => bench.call({ type: "open", phone: "p", wanted }) };
}

/** The states that were reported, with what goes with them. */
export function told(bench: Bench, before = 0): unknown[] {
  return bench.said.slice(before).flatMap((message) =>
    message.type === "state"
      ? [message.detail === undefined ? message.states : [...message.states, message.detail]]
      : []
  );
}

/** A driver that does everything and reports nothing. */
export const MUTE: Driver = {
  setLamp() {},
  setRing() {},
  setHookSwitch() {},
  setVolume() {},
  setGain() {},
  setDisplay() {},
  setButtonInfo() {},
};
