/**
 * The features of a phone (PHONEFEATURE_, contract 7.5): a word for each thing that can be read or set, and for each
 * device that has it.
 *
 * @module
 */
import type { DeviceCapabilities } from "./device_capabilities.ts";
import { HOOKSWITCH_DEVICES, type HookSwitchDevice } from "./names.ts";
import { type Had, type Operation, OPERATION_TABLE } from "./operation_table.ts";

/** A method of a driver, and the getter of what it sets. */
export type SetAndGet<Name extends string> = Name | (Name extends `set${infer Rest}` ? `get${Rest}` : never);

/** The features that name the operations of a table. */
export type FeaturesOf<Table extends Readonly<Record<string, Pick<Operation, "features">>>> = {
  [Name in keyof Table & string]: Table[Name]["features"] extends "none" ? never
    : Table[Name]["features"] extends "one" ? SetAndGet<Name>
    : `${SetAndGet<Name>}${Capitalize<HookSwitchDevice>}`;
}[keyof Table & string];

/** What a phone can do: one of {@linkcode FEATURES}. */
export type Feature = FeaturesOf<typeof OPERATION_TABLE> | "genericPhone";

const ROWS: [name: string, row: Operation][] = Object.entries(OPERATION_TABLE);
const NAMED = ROWS.filter(([, { features }]) => features !== "none");

/** The getter of what an operation sets. */
function getterOf(operation: string): string {
  return operation.replace(/^set/, "get");
}

function wordsOf(method: string, devices: Had): Feature[] {
  if (devices === false) return [];
  const words = devices === true
    ? [method]
    : devices.map((device) => `${method}${device[0]?.toUpperCase()}${device.slice(1)}`);
  return words as Feature[];
}

const everyDevice = ({ features }: Operation): Had => features === "one" ? true : HOOKSWITCH_DEVICES;

/** Every feature, in the order of the contract's bits: what can be read, then what can be set. */
export const FEATURES: readonly Feature[] = [
  ...NAMED.flatMap(([name, row]) => wordsOf(getterOf(name), everyDevice(row))),
  ...NAMED.flatMap(([name, row]) => wordsOf(name, everyDevice(row))),
  "genericPhone",
];

const WITHOUT_LINK: ReadonlySet<string> = new Set(
  NAMED.flatMap(([name, { withoutLink }]) => withoutLink ? [name] : []),
);

/** Whether what a feature names can be used on a phone whose link is down: what it sets has no INVALPHONESTATE. */
export function isUsableWithoutLink(feature: Feature): boolean {
  return WITHOUT_LINK.has(feature);
}

/** The features that follow from what a driver can do: a method that it has, on something that the phone has. */
export function featuresOf(capabilities: DeviceCapabilities, methods: readonly string[]): Feature[] {
  const usable = new Set(NAMED.flatMap(([name, row]) => {
    const settable = row.settable?.(capabilities) ?? true;
    const readable = row.readable?.(capabilities) ?? settable;
    const getter = getterOf(name);
    return [
      ...methods.includes(name) ? wordsOf(name, settable) : [],
      ...methods.includes(getter) ? wordsOf(getter, readable) : [],
    ];
  }));
  return FEATURES.filter((feature) => usable.has(feature));
}
