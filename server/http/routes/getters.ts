/**
 * The synchronous getters: the plugin is asked.
 *
 * @module
 */
import { z } from "zod";
import { MOST_BYTES } from "../../api/mod.ts";
import { PhoneError, type PhoneErrorName } from "../../core/contract/errors.ts";
import type { HookSwitchDevice } from "../../core/contract/names.ts";
import type { GetterName, GetterParameters } from "../../core/contract/operations.ts";
import { quoted } from "../../core/contract/quoted.ts";
import { GETTER_ANSWERS } from "../../core/contract/shapes/mod.ts";
import { json } from "../answering/answer.ts";
import type { Description } from "../openapi/description.ts";
import { readQuery } from "../reading/query.ts";
import { type Call, type Endpoint, handleOf, pathValue } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

const DataQuery = z.strictObject({
  size: z.string().regex(/^\d+$/, "must be a number of bytes").transform(Number).default(MOST_BYTES).meta({
    type: "integer",
    minimum: 0,
    maximum: MOST_BYTES,
    description: "The most bytes to give; all if left out.",
  }),
});

/** How a getter is served, and what is said of it beyond what is so of all. */
interface Getter<Name extends GetterName> extends Pick<Description, "summary" | "path" | "query" | "problems"> {
  params(call: Call): GetterParameters[Name];
}

const button = { id: z.int().nonnegative().meta({ description: "The id of a button/lamp pair." }) };
const area = { id: z.int().nonnegative().meta({ description: "The id of a data area." }) };

/** The routes of the getters. */
export function getterEndpoints({ applications }: Pick<AppPorts, "applications">): Endpoint[] {
  const getter = <Name extends GetterName>(
    path: string,
    name: Name,
    { params, ...described }: Getter<Name>,
  ): Endpoint => ({
    method: "GET",
    path: `/v1/handles/:handle/${path}`,
    scope: "phones:monitor",
    description: {
      id: name,
      tag: "handles",
      ...described,
      answers: { 200: { description: "What the phone answers.", body: GETTER_ANSWERS[name] } },
      problems: [
        "INVALPHONEHANDLE",
        "OPERATIONFAILED",
        // A status can be read of any phone, whatever else it can do just now (R100).
        ...name === "getStatus" ? [] : ["INVALPHONESTATE", "OPERATIONUNAVAIL"] as const,
        ...described.problems ?? [],
      ],
      asksDriver: true,
    },
    serve: async (call) => json(await handleOf(call, applications).get(name, params(call))),
  });
  return [
    getter("status", "getStatus", { summary: "Read the status (phoneGetStatus)", params: () => ({}) }),
    getter("hookswitch", "getHookSwitch", {
      summary: "Read what is off hook (phoneGetHookSwitch)",
      params: () => ({}),
    }),
    getter("ring", "getRing", { summary: "Read how it rings (phoneGetRing)", params: () => ({}) }),
    getter("display", "getDisplay", { summary: "Read the display (phoneGetDisplay)", params: () => ({}) }),
    getter("volume/:device", "getVolume", {
      summary: "Read a speaker's volume (phoneGetVolume)",
      problems: ["INVALHOOKSWITCHDEV"],
      params: deviceOf,
    }),
    getter("gain/:device", "getGain", {
      summary: "Read a microphone's gain (phoneGetGain)",
      problems: ["INVALHOOKSWITCHDEV"],
      params: deviceOf,
    }),
    getter("lamps/:id", "getLamp", {
      summary: "Read what a lamp shows (phoneGetLamp)",
      path: button,
      problems: ["INVALBUTTONLAMPID"],
      params: (call) => ({ lamp: idOf(call, "INVALBUTTONLAMPID") }),
    }),
    getter("buttons/:id", "getButtonInfo", {
      summary: "Read a button's meaning and state (phoneGetButtonInfo)",
      path: button,
      problems: ["INVALBUTTONLAMPID"],
      params: (call) => ({ button: idOf(call, "INVALBUTTONLAMPID") }),
    }),
    getter("data/:id", "getData", {
      summary: "Read a data area (phoneGetData)",
      path: area,
      query: DataQuery,
      problems: ["INVALDATAID", "INVALPARAM"],
      params: (call) => ({ dataId: idOf(call, "INVALDATAID"), size: sizeOf(call) }),
    }),
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
