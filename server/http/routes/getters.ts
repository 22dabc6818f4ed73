/**
 * The synchronous getters: the plugin is asked.
 *
 * @module
 */
import { z } from "zod";
import { PhoneError, type PhoneErrorName } from "../../core/contract/errors.ts";
import type { HookSwitchDevice } from "../../core/contract/names.ts";
import type { GetterName, GetterParameters } from "../../core/contract/operations.ts";
import { json } from "../answer.ts";
import { type Call, type Endpoint, handleOf, pathValue } from "../endpoint.ts";
import type { HttpPorts } from "../ports.ts";
import { readQuery } from "../query.ts";
import { quoted } from "../refusal.ts";

/** The most bytes that a getter of data gives, and what it gives unless asked for less. */
const MOST_BYTES = 65_536;
const DataQuery = z.strictObject({
  size: z.string().regex(/^\d+$/, "must be a number of bytes").transform(Number).default(MOST_BYTES),
});

/** The routes of the getters. */
export function getterEndpoints({ core }: HttpPorts): Endpoint[] {
  const getter = <Name extends GetterName>(
    path: string,
    name: Name,
    { params }: { params: (call: Call) => GetterParameters[Name] },
  ): Endpoint => ({
    method: "GET",
    path: `/v1/handles/:handle/${path}`,
    scope: "phones:monitor",
    run: async (call) => json(await core.get(handleOf(call, core), name, params(call))),
  });
  return [
    getter("status", "getStatus", { params: () => ({}) }),
    getter("hookswitch", "getHookSwitch", { params: () => ({}) }),
    getter("ring", "getRing", { params: () => ({}) }),
    getter("display", "getDisplay", { params: () => ({}) }),
    getter("volume/:device", "getVolume", { params: deviceOf }),
    getter("gain/:device", "getGain", { params: deviceOf }),
    getter("lamps/:id", "getLamp", { params: (call) => ({ lamp: idOf(call, "INVALBUTTONLAMPID") }) }),
    getter("buttons/:id", "getButtonInfo", { params: (call) => ({ button: idOf(call, "INVALBUTTONLAMPID") }) }),
    getter("data/:id", "getData", { params: (call) => ({ dataId: idOf(call, "INVALDATAID"), size: sizeOf(call) }) }),
  ];
}

/** Whether there is such a device is the core's question. */
function deviceOf(call: Call): { device: HookSwitchDevice } {
  return { device: pathValue(call, "device") as HookSwitchDevice };
}

function idOf(call: Call, error: PhoneErrorName): number {
  const text = pathValue(call, "id");
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new PhoneError(error, `The path names ${quoted(text)}; it must be a number of the phone's capabilities`);
}

function sizeOf(call: Call): number {
  const { size } = readQuery(call.context.req.url, DataQuery);
  if (size <= MOST_BYTES) return size;
  throw new PhoneError("INVALPARAM", `query.size is ${size}; it must be at most ${MOST_BYTES}`);
}
