/**
 * What a method of the socket is: one row says what its token needs, what it takes, answers and does. From the rows
 * come `/v1/asyncapi.json` and the serving.
 *
 * @module
 */
import { z } from "zod";
import type { Scope, Token } from "../access/mod.ts";
import { fit, text } from "../api/mod.ts";
import { PhoneError } from "../core/contract/errors.ts";
import type { Shape } from "../core/contract/shape.ts";
import type { OpenApplication, OpenHandle } from "../core/mod.ts";
import type { SocketPorts } from "./ports.ts";

/** What every method of a handle has: enough to know which. */
const AnyHandle = z.object({ handle: text });

/** One call of a method. */
export interface MethodCall {
  /** As they came. */
  readonly params: unknown;
  /** Who calls. */
  readonly token: Token;
  /** From where. */
  readonly address: string;
  /** What it may ask of the world. */
  readonly ports: Pick<SocketPorts, "applications" | "reader" | "questions" | "reads">;
  /** The socket's own. */
  readonly application: OpenApplication;
  /**
   * Takes a place among the calls of the socket that wait for a request to end, until the returned function is called.
   *
   * @throws {Refusal} If there is none, or the call came in a batch.
   */
  readonly beginWait: () => () => void;
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

/** Gives a socket its application; asked only of one that has none. */
export interface Beginner {
  initialize(asked: { name: string; leaseSeconds?: number }): Promise<MethodAnswer>;
  resume(asked: { application: string; lastEvent?: number }): Promise<MethodAnswer>;
}

/** What a method says of itself. */
interface Described<Params extends z.ZodType> {
  /** What the token needs; undefined where any may. */
  readonly scope: Scope | undefined;
  /** What its parameters are fitted to. */
  readonly params: Params;
  /** What it answers, for the document alone. */
  readonly result: Shape;
  /** What it does; a sentence. */
  readonly summary: string;
}

/** A method that needs no application. */
interface SocketMethod extends Described<z.ZodType> {
  readonly kind: "socket";
  /** Whether it begins one, which a socket that has its own refuses. */
  readonly begins: boolean;
  /** Its promise is the beginner's own: the calls that waited for the application are not to be answered before it. */
  serve(params: unknown, beginner: Beginner): MethodAnswer | Promise<MethodAnswer>;
}

/** A method of an application. */
export interface ApplicationMethod extends Described<z.ZodType> {
  readonly kind: "application";
  readonly scope: Scope;
  /** Whether the core bounds how many of it are in flight. */
  readonly isRequest?: boolean;
  serve(call: MethodCall): Promise<MethodAnswer>;
}

/**
 * One method. `serve` fails with `PhoneError`, `Denial` or `Refusal`; what it asks of the core is asked before it
 * returns, so that calls keep their order.
 */
export type Method = SocketMethod | ApplicationMethod;

/** A method of the socket, whether or not it has an application. */
export function ofSocket<Params extends z.ZodType>(
  row: Described<Params> & {
    begins: boolean;
    serve(asked: z.output<Params>, beginner: Beginner): MethodAnswer | Promise<MethodAnswer>;
  },
): Method {
  return {
    ...row,
    kind: "socket",
    serve: (params, beginner) => row.serve(fit(params, { shape: row.params, place: "params" }), beginner),
  };
}

/** A method of the application as a whole. */
export function ofApplication<Params extends z.ZodType>(
  row: Described<Params> & { scope: Scope; serve(asked: z.output<Params>, call: MethodCall): unknown },
): Method {
  return {
    ...row,
    kind: "application",
    serve: async (call) => ({
      result: await row.serve(fit(call.params, { shape: row.params, place: "params" }), call),
    }),
  };
}

/** The handle that a call names: one of the socket's own application. */
export function handleOf(call: MethodCall): OpenHandle {
  const { handle: id } = fit(call.params, { shape: AnyHandle, place: "params" });
  const found = call.ports.applications.handle(id, { token: call.token.id, address: call.address });
  if (found.application.id === call.application.id) return call.handle = found;
  throw new PhoneError("INVALPHONEHANDLE", "The handle belongs to another application of this token");
}

/** A method of one handle: whether there is such a one comes before the shape of the rest (contract 2.0). */
export function ofHandle<Params extends z.ZodType>(
  row: Described<Params> & { scope: Scope; serve(handle: OpenHandle, asked: z.output<Params>): unknown },
): Method {
  return {
    ...row,
    kind: "application",
    async serve(call) {
      const handle = handleOf(call);
      return { result: await row.serve(handle, fit(call.params, { shape: row.params, place: "params" })) };
    },
  };
}
