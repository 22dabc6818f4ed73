/**
 * The methods of the socket, a row each, under TAPI's own names (api.md, section 3). What they take are the bodies of
 * HTTP, with the handle among them.
 *
 * @module
 */
import { z } from "zod";
import { requireScope, seesOf } from "../access/mod.ts";
import {
  calledRequest,
  completedRequest,
  fit,
  getterShapes,
  idempotencyKey,
  integer,
  minimalReturn,
  MOST_BYTES,
  NewApplication,
  NewHandle,
  NewMasks,
  number,
  OPERATION_SHAPES,
  readRecord,
  text,
} from "../api/mod.ts";
import {
  type GetterName,
  type GetterParameters,
  GETTERS,
  type OperationName,
  OPERATIONS,
} from "../core/contract/operations.ts";
import { either, object } from "../core/contract/shape.ts";
import {
  ClosedHandle,
  CompletedRequest,
  DamagedRecord,
  FoundRecord,
  GETTER_ANSWERS,
  Masks,
  OpenedHandle,
  Phone,
  Phones,
  ResumedApplication,
  Seq,
  StartedApplication,
} from "../core/contract/shapes/mod.ts";
import { methodName } from "../core/contract/socket.ts";
import { handleOf, type Method, ofApplication, ofHandle, ofSocket } from "./method.ts";

const scope = "phones:monitor";

const Nothing = z.strictObject({});
const JustHandle = z.strictObject({ handle: text });

const ROWS: Readonly<Record<string, Method>> = {
  ping: ofSocket({
    scope: undefined,
    params: Nothing,
    result: object({}),
    summary: "Does nothing.",
    begins: false,
    serve: (nothing) => ({ result: nothing }),
  }),
  phoneInitializeEx: ofSocket({
    scope,
    params: NewApplication,
    result: StartedApplication,
    summary: "Begins an application on this socket.",
    begins: true,
    serve: (asked, beginner) => beginner.initialize(asked),
  }),
  resume: ofSocket({
    scope,
    params: z.strictObject({
      application: text,
      lastEvent: integer(0, Number.MAX_SAFE_INTEGER).exactOptional(),
    }),
    result: ResumedApplication,
    summary:
      "Takes an application up again on this socket. Its events go on after `lastEvent`; without, from the oldest that is held.",
    begins: true,
    serve: (asked, beginner) => beginner.resume(asked),
  }),
  phoneShutdown: ofApplication({
    scope,
    params: Nothing,
    result: object({}),
    summary: "Ends the application; then the socket is closed.",
    async serve(_, { application }) {
      await application.shutdown();
      return {};
    },
  }),
  phoneGetPhones: ofApplication({
    scope,
    params: Nothing,
    result: Phones,
    summary: "Lists the phones.",
    serve: (_, { token, ports }) => ({ phones: ports.applications.phones(seesOf(token)) }),
  }),
  phoneGetDevCaps: ofApplication({
    scope,
    params: NewHandle.pick({ phone: true }),
    result: Phone,
    summary: "Reads one phone.",
    serve: ({ phone }, { token, ports }) => ports.applications.phone(String(phone), seesOf(token)),
  }),
  phoneOpen: ofApplication({
    scope,
    params: NewHandle,
    result: OpenedHandle,
    summary: "Opens a phone; `owner` needs the scope `phones:control`.",
    async serve({ phone, privilege }, { token, application }) {
      if (privilege === "owner") requireScope(token, "phones:control");
      const opened = await application.open({ phone: String(phone), privilege });
      return { handle: opened.id, phone: opened.phone.id, privilege: opened.privilege };
    },
  }),
  phoneClose: ofHandle({
    scope,
    params: JustHandle,
    result: ClosedHandle,
    summary: "Closes a handle.",
    serve: (handle) => handle.close(),
  }),
  phoneSetStatusMessages: ofHandle({
    scope,
    params: NewMasks.extend({ handle: text }),
    result: Masks,
    summary: "Says what a handle is to hear.",
    serve: (handle, { handle: _, ...masks }) => handle.setStatusMessages(masks),
  }),
  phoneGetStatusMessages: ofHandle({
    scope,
    params: JustHandle,
    result: Masks,
    summary: "Reads what a handle hears.",
    serve: (handle) => handle.masks,
  }),
  phoneGetRequest: ofApplication({
    scope,
    params: z.strictObject({ requestId: number }),
    result: FoundRecord,
    summary: "Reads the record of a request.",
    async serve({ requestId }, { token, address, ports }) {
      const record = await ports.questions(token.id, () => readRecord(requestId, { token, ports }));
      ports.reads.count("request", { token: token.id, address });
      return record;
    },
  }),
  ...Object.fromEntries(OPERATIONS.map((name) => [methodName(name), operation(name)])),
  ...Object.fromEntries(GETTERS.map((name) => [methodName(name), getter(name)])),
};

/** Every method, by name. Not an object: a client may ask for the method "constructor". */
export const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries(ROWS));

function operation(name: OperationName): Method {
  const params = OPERATION_SHAPES[name].omit({ operation: true }).extend({
    handle: text,
    idempotencyKey: idempotencyKey.exactOptional(),
    return: minimalReturn.exactOptional().meta({
      description: "Answer when the request has ended, with no more than how.",
    }),
  });
  return {
    kind: "application",
    scope: "phones:control",
    params,
    result: either(object({ requestId: Seq }), either(CompletedRequest, DamagedRecord)),
    summary:
      `Asks for ${name}. The answer comes when the request is on disk, or, with \`return\`, when it has ended; its PHONE_REPLY follows.`,
    isRequest: true,
    async serve(call) {
      const handle = handleOf(call);
      // Privilege comes before the shape of the rest (contract 2.0).
      handle.requirePrivilege(name);
      const { handle: _, idempotencyKey: key, return: wanted, ...asked } = fit(call.params, {
        shape: params,
        place: "params",
      });
      const endWait = wanted && call.beginWait();
      try {
        const accepted = await handle.request(name, { ...calledRequest(asked), ...(key !== undefined && { key }) });
        const ended = endWait && await completedRequest(accepted, call.ports.reader);
        return { result: ended ?? { requestId: accepted.requestId }, handedOut: () => accepted.answered() };
      } finally {
        endWait?.();
      }
    },
  };
}

function getter(name: GetterName): Method {
  const sized = name === "getData" && { size: number.default(MOST_BYTES) };
  return ofHandle({
    scope,
    params: z.strictObject({ handle: text, ...getterShapes(name), ...sized }),
    result: GETTER_ANSWERS[name],
    summary: `Asks the phone's plugin for ${name}.`,
    // The types are right; whether there is such a device is the core's question.
    serve: (handle, { handle: _, ...params }) => handle.get(name, params as GetterParameters[GetterName]),
  });
}
