/**
 * Random operations for the virtual phones.
 *
 * @module
 */
import type { OperationName } from "../../server/core/contract/operations.ts";
import type { Random } from "../simulation/random.ts";

/** What is asked of a phone: the body of a request. */
export interface Asked {
  operation: OperationName;
  params: object;
}

const DEVICES = ["handset", "speaker", "headset"];
const HOOK_MODES = ["onHook", "mic", "speaker", "micSpeaker"];

/** Each operation with parameters that `virtual:desk-1` fulfils; the small phone refuses some, which must do no harm either. */
const MAKE: Record<Exclude<OperationName, "devSpecific">, (random: Random) => object> = {
  setButtonInfo: (random) => ({
    button: 12 + random.below(8),
    mode: "feature",
    function: random.pick(["hold", "transfer", 0x8000_0001]),
    text: `Line ${random.below(100)}`,
  }),
  setData: (random) => ({ dataId: random.below(2), data: btoa(`data ${random.below(1_000)}`) }),
  setDisplay: (random) => ({ row: random.below(2), column: random.below(10), text: `Café ${random.below(100)}` }),
  setGain: (random) => ({ device: random.pick(DEVICES), gain: random.below(100_000) }),
  setHookSwitch: (random) => ({ devices: [random.pick(DEVICES)], mode: random.pick(HOOK_MODES) }),
  setLamp: (random) => ({ lamp: 12, mode: random.pick(["off", "steady"]) }),
  setRing: (random) => ({ mode: random.below(5), volume: random.below(70_000) }),
  setVolume: (random) => ({ device: random.pick(DEVICES), volume: random.below(100_000) }),
};

const OTHERS = Object.keys(MAKE) as (keyof typeof MAKE)[];

/** Any of the nine for an owner; a monitor may only use `devSpecific`. */
export function anyOperation(random: Random, privilege: "owner" | "monitor"): Asked {
  if (privilege === "monitor" || random.once(6)) return { operation: "devSpecific", params: { params: act(random) } };
  const operation = random.pick(OTHERS);
  return { operation, params: MAKE[operation](random) };
}

/** What the person at the phone does: mostly, see to it that operations last, or fail. */
function act(random: Random): string {
  const action = random.pick<object>([
    { press: 12 },
    { hook: { device: "handset", mode: random.pick(HOOK_MODES) } },
    { next: { count: 1 + random.below(5), delayMs: random.below(400) } },
    { next: { count: 1 + random.below(5), delayMs: 60_000 } },
    { next: { count: 1, error: "PHONEERR_OPERATIONFAILED" } },
    { next: { count: 1, delayMs: 20, error: 0xC000_0001 } },
    { nonsense: true },
    ...random.once(4) ? [{ forceClose: true }] : [],
  ]);
  return btoa(JSON.stringify(action));
}
