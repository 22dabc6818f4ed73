/**
 * One route as an operation of OpenAPI.
 *
 * @module
 */
import { z } from "zod";
import type { Scope } from "../../access/mod.ts";
import type { Components } from "../../api/mod.ts";
import type { JsonSchema, Shape } from "../../core/contract/shape.ts";
import { ApplicationId, Device, HandleId, PhoneName } from "../../core/contract/shapes/mod.ts";
import type { Description, ProblemName } from "./description.ts";
import { CALL_HEADERS } from "./headers.ts";
import { responsesOf } from "./responses.ts";

/** What varies in paths under the same name everywhere: what stands for each well-known `:name`. */
const PATH_NAMES: Readonly<Record<string, Shape>> = {
  application: ApplicationId,
  handle: HandleId,
  phone: PhoneName,
  device: Device,
};

/** A route, as far as it is described. */
export interface Route {
  /** In capitals. */
  readonly method: string;
  /** With `:name` for what varies. */
  readonly path: string;
  /** What the token needs: undefined where any token will do, null where none is needed. */
  readonly scope: Scope | undefined | null;
  /** There if the cookie of a session can stand for the token. */
  readonly admit?: unknown;
  /** What it says of itself. */
  readonly description: Description;
}

/** The operation that a route is. */
export function operationOf(route: Route, components: Components): object {
  const { description: described } = route;
  return {
    operationId: described.id,
    tags: [described.tag],
    summary: described.summary,
    ...(described.description !== undefined && { description: described.description }),
    security: securityOf(route),
    parameters: parametersOf(route, components),
    ...(described.body && {
      requestBody: {
        required: described.optionalBody !== true,
        content: { "application/json": { schema: components.of(described.body) } },
      },
    }),
    responses: responsesOf(described, { problems: problemsOf(route), components }),
  };
}

/** What the route says of its problems, and what any route of its kind can answer. */
export function problemsOf(
  { scope, description: { body, problems = [] } }: Pick<Route, "scope" | "description">,
): ProblemName[] {
  const common: (ProblemName | false)[] = [
    scope !== null && "bad-request",
    scope !== null && "unauthorized",
    scope !== null && "too-many-attempts",
    scope !== null && "too-many-calls",
    scope !== null && scope !== undefined && "missing-scope",
    body !== undefined && "too-large",
    body !== undefined && "not-json",
  ];
  return [...common.filter((name) => name !== false), ...problems, "RESOURCEUNAVAIL", "internal"];
}

function securityOf({ scope, admit }: Route): object[] {
  if (scope === null) return [];
  const scopes = scope === undefined ? [] : [scope];
  return admit === undefined ? [{ bearer: scopes }] : [{ bearer: scopes }, { session: scopes }];
}

function parametersOf({ path, description: described }: Route, components: Components): object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => {
    const schema = described.path?.[name] ?? PATH_NAMES[name];
    if (schema === undefined) throw new Error(`Cannot describe ${path}: nothing says what :${name} is`);
    return parameter({ name, in: "path", required: true }, components.of(schema));
  });
  const query = components.of(described.query ?? z.object({}));
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) =>
    parameter({ name, in: "query", required: query.required?.includes(name) ?? false }, schema)
  );
  const inHeader = (described.headers ?? []).map((name) =>
    parameter({ name, in: "header", required: false }, components.of(CALL_HEADERS[name]))
  );
  return [...inPath, ...inQuery, ...inHeader];
}

function parameter(place: { name: string; in: string; required: boolean }, schema: JsonSchema): object {
  const { description, ...rest } = schema;
  return { ...place, ...(description !== undefined && { description }), schema: rest };
}
