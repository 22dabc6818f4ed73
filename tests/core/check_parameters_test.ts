import { deepEqual, throws } from "node:assert/strict";
import { checkGetter, checkOperation } from "../../server/core/check_parameters.ts";

const button = { button: 1, mode: "feature", function: "hold", text: "" } as const;

const REFUSED: [string, Parameters<typeof checkOperation>, string][] = [
  ["a lamp below 0", ["setLamp", { lamp: -1, mode: "steady" }], "INVALBUTTONLAMPID"],
  ["a lamp that is not whole", ["setLamp", { lamp: 1.5, mode: "steady" }], "INVALBUTTONLAMPID"],
  ["a lamp above 32 bits", ["setLamp", { lamp: 2 ** 32, mode: "steady" }], "INVALBUTTONLAMPID"],
  ["a lamp mode that describes (Q15)", ["setLamp", { lamp: 1, mode: "dummy" }], "INVALLAMPMODE"],
  ["another lamp mode that describes (Q15)", ["setLamp", { lamp: 1, mode: "unknown" }], "INVALLAMPMODE"],
  ["a lamp mode of two vendor bits", ["setLamp", { lamp: 1, mode: 0x3_0000 }], "INVALLAMPMODE"],
  ["a lamp mode number of the contract's own", ["setLamp", { lamp: 1, mode: 4 }], "INVALLAMPMODE"],
  ["a ring mode below 0", ["setRing", { mode: -1, volume: 0 }], "INVALRINGMODE"],
  ["a ring volume below 0", ["setRing", { mode: 0, volume: -1 }], "INVALPARAM"],
  ["a volume above 32 bits", ["setVolume", { device: "handset", volume: 2 ** 32 }], "INVALPARAM"],
  ["a gain that is no number", ["setGain", { device: "handset", gain: NaN }], "INVALPARAM"],
  ["no hookswitch device (Q12)", ["setHookSwitch", { devices: [], mode: "onHook" }], "INVALHOOKSWITCHDEV"],
  [
    "a mode that describes a hookswitch",
    ["setHookSwitch", { devices: ["handset"], mode: "unknown" }],
    "INVALHOOKSWITCHMODE",
  ],
  ["a row below 0", ["setDisplay", { row: -1, column: 0, text: "" }], "INVALPARAM"],
  ["a data area below 0", ["setData", { dataId: -1, data: "" }], "INVALDATAID"],
  ["a vendor function below its range", ["setButtonInfo", { ...button, function: 3 }], "INVALPARAM"],
];

for (const [what, call, error] of REFUSED) {
  Deno.test(`${what} is refused with ${error}`, () => {
    throws(() => checkOperation(...call), { code: `PHONEERR_${error}` });
  });
}

Deno.test("a vendor's own lamp mode, one bit of the high 16, goes through", () => {
  for (const mode of [0x1_0000, 0x8000_0000]) {
    deepEqual(checkOperation("setLamp", { lamp: 1, mode }), { lamp: 1, mode });
  }
});

Deno.test("R94 levels are clamped, never refused, up to 32 bits", () => {
  deepEqual(checkOperation("setRing", { mode: 1, volume: 4_294_967_295 }), { mode: 1, volume: 65_535 });
  deepEqual(checkOperation("setGain", { device: "speaker", gain: 65_536 }), { device: "speaker", gain: 65_535 });
});

Deno.test("a device that is named twice is set once", () => {
  const twice = checkOperation("setHookSwitch", { devices: ["handset", "handset"], mode: "mic" });
  deepEqual(twice, { devices: ["handset"], mode: "mic" });
});

Deno.test("R99 a getter of no bytes is right, one of more than a message holds is not", () => {
  checkGetter("getData", { dataId: 0, size: 0 });
  throws(() => checkGetter("getData", { dataId: 0, size: 65_537 }), { code: "PHONEERR_INVALPARAM" });
});
