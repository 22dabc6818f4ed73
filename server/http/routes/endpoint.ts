/**
 * What every call under `/v1` goes through, in the order of the telephone contract's section 2.0: token, scope, then
 * what the call itself checks.
 *
 * @module
 */
import type { Context, Handler } from "hono";
import { type Actor, authenticate, hasScope, requireScope, type Scope, seesOf, type Token } from "../../access/mod.ts";
import { type ApiBounds, INTERNAL_PROBLEM, noteRefusal, problemOf } from "../../api/mod.ts";
import type {
  Applications,
  ApplicationView,
  HandleView,
  OpenApplication,
  OpenHandle,
  Operator,
  ReleasableApplication,
  ReleasableHandle,
} from "../../core/mod.ts";
import { problemResponse } from "../answering/problem_response.ts";
import { addressOf, type Env } from "../caller/call_source.ts";
import type { Description } from "../openapi/description.ts";
import { readJson, readJsonIfAny } from "../reading/body.ts";
import { methodWord } from "../reading/method.ts";
import { requireNoQuery } from "../reading/query.ts";
import type { AppPorts } from "./ports.ts";

/** One authenticated call. */
export interface Call {
  /** The call as Hono has it. */
  readonly context: Context<Env>;
  /** Who calls. */
  readonly token: Token;
  /** Known once the call has named one that exists and is its own. */
  application?: ApplicationView;
  /** As `application`. */
  handle?: HandleView;
  /** What its body says, once that has been read. */
  body?: unknown;
}

/** One route under `/v1`. */
export interface Endpoint {
  /** The method; HEAD is routed as GET. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As Hono writes it, `:name` for what varies. */
  readonly path: string;
  /** What the token needs; undefined where the call itself decides. */
  readonly scope: Scope | undefined;
  /** Who calls, if something else than a bearer token may say it; undefined where nothing else does. */
  admit?(context: Context<Env>): Token | undefined;
  /** What `/v1/openapi.json` says of it. */
  readonly description: Description;
  /** Serves the call; throws `PhoneError`, `Denial` or `Refusal`. */
  serve(call: Call): Response | Promise<Response>;
}

/** What every call goes through needs this. */
export type AdmissionPorts = Pick<
  AppPorts,
  "applications" | "tokens" | "refusals" | "attempts" | "noteUse" | "rateLimit" | "noteOptional" | "report"
>;

/** Turns an endpoint into what Hono calls. There is no middleware: the hot path would pay for each layer of it. */
export function handlerOf(endpoint: Endpoint, ports: AdmissionPorts): Handler<Env> {
  return async (context) => {
    let call: Call | undefined;
    try {
      call = { context, token: endpoint.admit?.(context) ?? admit(context, ports) };
      ports.noteUse(call.token);
      ports.rateLimit(call.token);
      if (endpoint.scope !== undefined) requireScope(call.token, endpoint.scope);
      if (endpoint.description.query === undefined) requireNoQuery(context.req.url);
      return await endpoint.serve(call);
    } catch (error) {
      return refuse(error, { context, call, ports, path: endpoint.path });
    }
  };
}

/**
 * The token of a call.
 *
 * @throws {Denial} As {@linkcode authenticate}.
 */
export function admit(context: Context<Env>, ports: AdmissionPorts): Token {
  const authorization = context.req.raw.headers.get("authorization");
  return authenticate({ authorization, address: () => addressOf(context) }, ports);
}

/** Who calls, and from where. */
export function callerOf({ context, token }: Call): Actor {
  return { token: token.id, address: addressOf(context) };
}

/**
 * The body of a call, which the history is told of if the call is refused.
 *
 * @throws {Refusal} As {@linkcode readJson}.
 */
export async function bodyOf(call: Call, bounds: ApiBounds): Promise<unknown> {
  return call.body = await readJson(call.context.req.raw, bounds);
}

/** As {@linkcode bodyOf}, of a body that may be left out; undefined then. */
export async function anyBodyOf(call: Call, bounds: ApiBounds): Promise<unknown> {
  return call.body = await readJsonIfAny(call.context.req.raw, bounds);
}

/**
 * The value of a `:name` in the path; percent-encoding that is none is taken as it stands, so that it names nothing.
 */
export function pathValue(call: Call, name: string): string {
  return call.context.req.param(name) ?? "";
}

/**
 * The application that the path names if an operator asks for another's, to release it; undefined if it is the caller's
 * own, or the caller is no operator.
 */
export function foreignApplicationOf(call: Call, operator: Operator): ReleasableApplication | undefined {
  if (!hasScope(call.token, "admin")) return undefined;
  const found = operator.application(pathValue(call, "application"));
  if (found.token === call.token.id) return undefined;
  call.application = found;
  return found;
}

/** The handle that the path names, as {@linkcode foreignApplicationOf}. */
export function foreignHandleOf(call: Call, operator: Operator): ReleasableHandle | undefined {
  if (!hasScope(call.token, "admin")) return undefined;
  const found = operator.handle(pathValue(call, "handle"), seesOf(call.token));
  if (found.application.token === call.token.id) return undefined;
  call.handle = found;
  return found;
}

/** The application that the path names, its lease renewed. */
export function applicationOf(call: Call, applications: Applications): OpenApplication {
  const found = applications.application(pathValue(call, "application"), callerOf(call));
  call.application = found;
  return found;
}

/** The handle that the path names, its application's lease renewed. */
export function handleOf(call: Call, applications: Applications): OpenHandle {
  const found = applications.handle(pathValue(call, "handle"), callerOf(call));
  call.handle = found;
  return found;
}

/** Answers what went wrong, and lets the history know when an authenticated call was refused. */
export function refuse(
  error: unknown,
  { context, call, ports, path }: {
    context: Context<Env>;
    call: Call | undefined;
    ports: Pick<AppPorts, "applications" | "noteOptional" | "report">;
    path: string;
  },
): Response {
  const problem = problemOf(error) ?? INTERNAL_PROBLEM;
  if (problem === INTERNAL_PROBLEM) ports.report(error, `${methodWord(context.req.method)} ${path}`);
  if (call !== undefined) {
    const { token, application, handle, body } = call;
    const method = methodWord(context.req.method);
    const given = [context.req.param(), context.req.query(), body];
    noteRefusal(problem, {
      call: { token, address: addressOf(context), application, handle, method, path, given },
      ports,
    });
  }
  return problemResponse(problem, error);
}
