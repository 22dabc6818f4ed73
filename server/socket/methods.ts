/**
 * The methods of an application over its socket, under TAPI's own names (api.md, section 3).
 *
 * @module
 */
import { requireScope, type Scope, seesOf, type Token } from "../access/mod.ts";
import { calledRequest, fit, NewHandle, readRecord } from "../api/mod.ts";
import { PhoneError } from "../core/contract/errors.ts";
import {
  type GetterName,
  type GetterParameters,
  GETTERS,
  type OperationName,
  OPERATIONS,
} from "../core/contract/operations.ts";
import { methodName } from "../core/contract/socket.ts";
import type { OpenApplication, OpenHandle } from "../core/mod.ts";
import {
  AnyHandle,
  getterParams,
  HandleMasks,
  JustHandle,
  Nothing,
  operationParams,
  Phone,
  RequestId,
} from "./method_shapes.ts";
import type { SocketPorts } from "./ports.ts";

/** One call of a method. */
export interface MethodCall {
  /** As they came. */
  readonly params: unknown;
  /** Who calls. */
  readonly token: Token;
  /** The socket's own. */
  readonly application: OpenApplication;
  /** Known once the call has named one that exists and is the application's own. */
  handle?: OpenHandle;
}

/** What a method has done. */
export interface MethodAnswer {
  /** What the caller is told. */
  readonly result: unknown;
  /** To be called once, when the answer has been handed out, whatever became of it. */
  handedOut?(): void;
}

/** One method. */
export interface Method {
  /** What the token needs. */
  readonly scope: Scope;
  /** Whether the core bounds how many of it are in flight. */
  readonly isRequest?: boolean;
  /**
   * Does it; rejects with `PhoneError` or `Refusal`. What it asks of the core is asked before it returns, so that calls
   * keep their order.
   */
  serve(call: MethodCall): Promise<MethodAnswer>;
}

/** Every method that needs an application, by name. */
export function methodsOf(
  ports: Pick<SocketPorts, "applications" | "reader" | "questions">,
): ReadonlyMap<string, Method> {
  const { applications, questions } = ports;

  /** The handle that a call names: one of the socket's own application. */
  const handleOf = (call: MethodCall): OpenHandle => {
    const { handle: id } = fit(call.params, { shape: AnyHandle, place: "params" });
    const found = applications.handle(id, call.token.id);
    if (found.application.id === call.application.id) return call.handle = found;
    throw new PhoneError("INVALPHONEHANDLE", "The handle belongs to another application of this token");
  };

  const monitoring = (serve: (call: MethodCall) => unknown): Method => ({
    scope: "phones:monitor",
    serve: async (call) => ({ result: await serve(call) }),
  });

  const operation = (name: OperationName): Method => {
    const shape = operationParams(name);
    return {
      scope: "phones:control",
      isRequest: true,
      async serve(call) {
        const handle = handleOf(call);
        handle.requirePrivilege(name);
        const { handle: _, idempotencyKey: key, ...asked } = fit(call.params, { shape, place: "params" });
        const accepted = await handle.request(name, {
          ...calledRequest(asked),
          ...(key !== undefined && { key }),
        });
        return { result: { requestId: accepted.requestId }, handedOut: () => accepted.answered() };
      },
    };
  };

  const getter = (name: GetterName): Method => {
    const shape = getterParams(name);
    return monitoring((call) => {
      const handle = handleOf(call);
      const { handle: _, ...params } = fit(call.params, { shape, place: "params" });
      // The types are right; whether there is such a device is the core's question.
      return handle.get(name, params as GetterParameters[GetterName]);
    });
  };

  const methods: Record<string, Method> = {
    phoneGetPhones: monitoring(({ params, token }) => {
      fit(params, { shape: Nothing, place: "params" });
      return { phones: applications.phones(seesOf(token)) };
    }),
    phoneGetDevCaps: monitoring(({ params, token }) => {
      const { phone } = fit(params, { shape: Phone, place: "params" });
      return applications.phone(String(phone), seesOf(token));
    }),
    phoneOpen: monitoring(async ({ params, token, application }) => {
      const { phone, privilege } = fit(params, { shape: NewHandle, place: "params" });
      if (privilege === "owner") requireScope(token, "phones:control");
      const opened = await application.open({ phone: String(phone), privilege });
      return { handle: opened.id, phone: opened.phone.id, privilege: opened.privilege };
    }),
    phoneClose: monitoring((call) => {
      const handle = handleOf(call);
      fit(call.params, { shape: JustHandle, place: "params" });
      return handle.close();
    }),
    phoneShutdown: monitoring(async ({ params, application }) => {
      fit(params, { shape: Nothing, place: "params" });
      await application.shutdown();
      return {};
    }),
    phoneSetStatusMessages: monitoring((call) => {
      const handle = handleOf(call);
      const { handle: _, ...masks } = fit(call.params, { shape: HandleMasks, place: "params" });
      return handle.setStatusMessages(masks);
    }),
    phoneGetStatusMessages: monitoring((call) => {
      const handle = handleOf(call);
      fit(call.params, { shape: JustHandle, place: "params" });
      return handle.masks;
    }),
    phoneGetRequest: monitoring(({ params, token }) => {
      const { requestId } = fit(params, { shape: RequestId, place: "params" });
      return questions(token.id, () => readRecord(requestId, { token, ports }));
    }),
  };
  for (const name of OPERATIONS) methods[methodName(name)] = operation(name);
  for (const name of GETTERS) methods[methodName(name)] = getter(name);
  // Not an object from here on: a client may ask for the method "constructor".
  return new Map(Object.entries(methods));
}
