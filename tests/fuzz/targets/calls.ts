/**
 * Calls of every route that are nearly right, made of what the OpenAPI document says of them.
 *
 * @module
 */
import fc from "fast-check";
import { type Json, jsonEdits } from "../inputs/json.ts";
import { type Edit, few, nearly, textEdit } from "../inputs/texts.ts";
import { type OpenApi, type Route, routesOf } from "../../http/support/open_api.ts";

/** A call. In its texts `{application}`, `{owner}` and `{monitor}` stand for what there is when it is made. */
export interface FuzzCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Left out if there is none. */
  readonly body?: string;
}

const METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "PROPFIND"];

/** What may stand in each place of a path. */
const IN_PATH: Readonly<Record<string, readonly string[]>> = {
  application: ["{application}"],
  handle: ["{owner}", "{owner}", "{monitor}"],
  phone: ["virtual:desk-1", "virtual%3Amini-1", "0", "1", "99"],
  device: ["handset", "speaker", "headset"],
  id: ["1", "12", "20", "0", "t-0"],
  plugin: ["none"],
};

const QUERIES: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["limit", ["1", "50", "500", "0", "501"]],
  ["cursor", ["b1", "bz", "b2gosa7pa2gv", "b2gosa7pa2gw"]],
  ["from", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123%2B02:00", "0000-01-01T00:00:00Z"]],
  ["to", ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"]],
  ["state", ["accepted", "dispatched", "completed"]],
  ["outcome", ["succeeded", "lost"]],
  ["operation", ["setLamp", "devSpecific"]],
  ["phone", ["virtual:desk-1"]],
  ["plugin", ["virtual"]],
  ["application", ["{application}"]],
  ["token", ["operator"]],
  ["reference", ["a%20word"]],
  ["type", ["callRefused", "serverStarted"]],
  ["format", ["jsonl", "csv", "xml"]],
  ["size", ["0", "4", "65536", "65537"]],
  ["", [""]],
  ["__proto__", ["x"]],
  ["%ff", ["%"]],
];

const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["content-type", [
    "application/json",
    'Application/JSON; charset="UTF-8"',
    "application/json; charset=utf-16",
    "text/plain",
  ]],
  ["prefer", [
    "wait=0",
    "wait=5",
    'wait="7"; x=1, respond-async',
    'x="a\\"b", wait=3',
    "wait=9999999999999999999999",
    "wait=1, return=minimal",
  ]],
  ["idempotency-key", ["k-1", "~".repeat(255)]],
  ["last-event-id", ["0", "1", "41", "9007199254740991"]],
  ["cookie", ["switchroom_session=x", "a=b; switchroom_session=%zz; c", 'switchroom_session="x"']],
  ["origin", ["http://127.0.0.1", "null"]],
  ["x-forwarded-for", ["192.0.2.1", "[2001:db8::1]:443, 127.0.0.1", "::ffff:192.0.2.1", "unknown"]],
  ["x-forwarded-proto", ["https", "http, https"]],
  ["forwarded", ['for="[2001:db8::1]";proto=https']],
  ["upgrade", ["websocket", "h2c"]],
  ["connection", ["upgrade"]],
  ["sec-websocket-version", ["13", "8"]],
  ["sec-websocket-key", ["dGhlIHNhbXBsZSBub25jZQ=="]],
  ["accept", ["text/event-stream", "*/*"]],
  ["if-none-match", ["*"]],
  ["range", ["bytes=0-1"]],
  ["x-anything", [""]],
];

/** Bodies that the document gives no example of. */
const BODIES: Readonly<Record<string, readonly Json[]>> = {
  verifyHistory: [{}, { checkpoint: { block: 7, hash: "a".repeat(64), historyId: "0".repeat(32), at: "now" } }],
};

/** Calls by the secrets of these tokens. */
export function callsOf(document: OpenApi, { operator, others }: { operator: string; others: readonly string[] }) {
  const authorization = fc.oneof(
    { weight: 40, arbitrary: fc.constant(`Bearer ${operator}`) },
    { weight: 2, arbitrary: fc.constantFrom(...others.map((secret) => `Bearer ${secret}`)) },
    { weight: 1, arbitrary: nearly([`Bearer ${operator}`]) },
  );
  const route = fc.oneof(
    ...routesOf(document).map((route) => ({
      weight: weightOf(route),
      arbitrary: fc.constant({ ...route, bodies: bodiesOf(route, document) }),
    })),
  );
  const parts = fc.tuple(
    route,
    fc.nat(0xffff),
    fc.oneof({ weight: 4, arbitrary: fc.constant((path: string) => path) }, { weight: 1, arbitrary: segmentEdit }),
    fc.array(queryPair, { maxLength: 2 }),
    authorization,
    fc.array(header, { maxLength: 2 }),
    jsonEdits(),
    fc.oneof({ weight: 24, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...METHODS) }),
  );
  return parts.map(([route, which, editPath, pairs, authorization, more, editBody, otherMethod]): FuzzCall => {
    const method = otherMethod ?? route.method;
    const example = route.bodies[which % route.bodies.length];
    const queried = pairs.filter((_, index) => index > 0 || route.operation.parameters.some((it) => it.in === "query"));
    return {
      method,
      path: editPath(pathOf(route, which)) + (queried.length > 0 ? `?${queried.join("&")}` : ""),
      headers: [
        ["authorization", authorization],
        ...example === undefined ? [] : [["content-type", "application/json"] as const],
        ...more,
      ],
      ...example !== undefined && { body: editBody(example) },
    };
  });
}

const segmentEdit: fc.Arbitrary<Edit<string>> = fc.tuple(fc.nat(7), few(textEdit, 2)).map(([at, edit]) => (path) => {
  const segments = path.split("/");
  // Most changes that are of use are of what varies, and that stands behind `/v1/…/`.
  const index = Math.min(1 + at, segments.length - 1);
  return segments.map((segment, i) => i === index ? edit(segment) : segment).join("/");
});

const queryPair = named(QUERIES).map(([name, value]) => `${name}=${value}`);

const header = named(HEADERS);

/** One of the names with one of its values changed a little; now and then with anything at all. */
function named(known: readonly (readonly [name: string, values: readonly string[]])[]) {
  const pairs = known.flatMap(([name, values]) => values.map((value) => [name, value] as const));
  return fc.tuple(fc.constantFrom(...pairs), few(textEdit, 1)).map(([[name, value], edit]) =>
    [name, edit(value)] as const
  );
}

/** What can be wrong in many ways is tried more often; what goes through the whole history is dear. */
function weightOf({ operation: { operationId, requestBody, parameters } }: Route): number {
  if (operationId === "verifyHistory" || operationId === "exportHistory") return 1;
  return requestBody ? 10 : parameters.length > 0 ? 4 : 1;
}

function pathOf({ path }: Route, which: number): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const values = IN_PATH[name] ?? ["x"];
    return values[which % values.length] ?? "x";
  });
}

function bodiesOf({ operation: { operationId, requestBody } }: Route, { components }: OpenApi): readonly Json[] {
  const schema = requestBody?.content["application/json"].schema;
  if (schema === undefined) return [];
  const examples = (it: { $ref?: string; anyOf?: object[]; examples?: unknown[] }): unknown[] => {
    const named = it.$ref && components.schemas[it.$ref.slice("#/components/schemas/".length)];
    return named ? examples(named) : it.examples ?? (it.anyOf ?? []).flatMap(examples);
  };
  const found = BODIES[operationId] ?? examples(schema) as Json[];
  if (found.length === 0) throw new Error(`Nothing says what a body of ${operationId} may look like`);
  return found;
}
