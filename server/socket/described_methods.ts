/**
 * What can be called over a socket, as it is described.
 *
 * @module
 */
import type { z } from "zod";
import type { Scope } from "../access/mod.ts";
import { NewApplication, NewHandle } from "../api/mod.ts";
import { type GetterName, GETTERS, type OperationName, OPERATIONS } from "../core/contract/operations.ts";
import { object, type Shape } from "../core/contract/shape.ts";
import {
  ClosedHandle,
  GETTER_ANSWERS,
  Masks,
  OpenedHandle,
  Phone as OnePhone,
  Phones,
  RequestRecord,
  ResumedApplication,
  Seq,
  StartedApplication,
} from "../core/contract/shapes/mod.ts";
import { methodName } from "../core/contract/socket.ts";
import {
  getterParams,
  HandleMasks,
  JustHandle,
  Nothing,
  operationParams,
  Phone,
  RequestId,
  Resumed,
} from "./method_shapes.ts";

/** A method, as it is described. */
export interface DescribedMethod {
  /** What it does; a sentence. */
  readonly summary: string;
  /** What the token needs. */
  readonly scope: Scope | undefined;
  /** The shape that its parameters are read with. */
  readonly params: z.ZodType;
  /** What it answers. */
  readonly result: Shape;
}

const monitoring = "phones:monitor" as const;

/** Every method, by name. */
export const DESCRIBED_METHODS: Readonly<Record<string, DescribedMethod>> = {
  ping: { summary: "Does nothing.", scope: undefined, params: Nothing, result: object({}) },
  phoneInitializeEx: {
    summary: "Begins an application on this socket.",
    scope: monitoring,
    params: NewApplication,
    result: StartedApplication,
  },
  resume: {
    summary:
      "Takes an application up again on this socket. Its events go on after `lastEvent`; without, from the oldest that is held.",
    scope: monitoring,
    params: Resumed,
    result: ResumedApplication,
  },
  phoneShutdown: {
    summary: "Ends the application; then the socket is closed.",
    scope: monitoring,
    params: Nothing,
    result: object({}),
  },
  phoneGetPhones: { summary: "Lists the phones.", scope: monitoring, params: Nothing, result: Phones },
  phoneGetDevCaps: { summary: "Reads one phone.", scope: monitoring, params: Phone, result: OnePhone },
  phoneOpen: {
    summary: "Opens a phone; `owner` needs the scope `phones:control`.",
    scope: monitoring,
    params: NewHandle,
    result: OpenedHandle,
  },
  phoneClose: { summary: "Closes a handle.", scope: monitoring, params: JustHandle, result: ClosedHandle },
  phoneSetStatusMessages: {
    summary: "Says what a handle is to hear.",
    scope: monitoring,
    params: HandleMasks,
    result: Masks,
  },
  phoneGetStatusMessages: {
    summary: "Reads what a handle hears.",
    scope: monitoring,
    params: JustHandle,
    result: Masks,
  },
  phoneGetRequest: {
    summary: "Reads the record of a request.",
    scope: monitoring,
    params: RequestId,
    result: RequestRecord,
  },
  ...Object.fromEntries(OPERATIONS.map((name) => [methodName(name), operation(name)])),
  ...Object.fromEntries(GETTERS.map((name) => [methodName(name), getter(name)])),
};

function operation(name: OperationName): DescribedMethod {
  return {
    summary: `Asks for ${name}. The answer comes when the request is on disk, its PHONE_REPLY when it has ended.`,
    scope: "phones:control",
    params: operationParams(name),
    result: object({ requestId: Seq }),
  };
}

function getter(name: GetterName): DescribedMethod {
  return {
    summary: `Asks the phone's plugin for ${name}.`,
    scope: monitoring,
    params: getterParams(name),
    result: GETTER_ANSWERS[name],
  };
}
