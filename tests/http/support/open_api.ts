/**
 * Answers held against the OpenAPI document.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Schema } from "@cfworker/json-schema";
import type { Answer } from "../../harness/api.ts";
import { faultsOf, type Published } from "./json_schema.ts";

const PROBLEM = "application/problem+json";

interface Header {
  $ref: string;
}

interface Response {
  headers?: Record<string, Header>;
  content?: Record<string, { schema: Schema; examples?: Record<string, unknown> }>;
}

/** One operation of the document. */
export interface Operation {
  operationId: string;
  security: { bearer?: string[] }[];
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, Response>;
}

/** The document. */
export interface OpenApi extends Published {
  paths: Record<string, Record<string, Operation>>;
  components: Published["components"] & { headers: Record<string, { required: boolean; schema: Schema }> };
}

/** An operation with its place. */
export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** Every operation of the document. */
export function routesOf(document: OpenApi): Route[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
  );
}

/** Holds answers against the document, and keeps in mind which have been seen. */
export class AnswerCheck {
  /** What has been seen, as `OPERATION STATUS`. */
  readonly seen = new Set<string>();
  readonly #document: OpenApi;

  constructor(document: OpenApi) {
    this.#document = document;
  }

  /** Everything that the document says may be answered, as `OPERATION STATUS`. */
  get documented(): string[] {
    return routesOf(this.#document).flatMap(({ operation: { operationId, responses } }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`)
    );
  }

  /**
   * Fails unless the document says that this call can be answered so, and of the answer, and of what was taken, all
   * that is in it.
   */
  check(
    { method, path, sent }: { method: string; path: string; sent?: unknown },
    { status, headers, body }: Answer<unknown>,
  ): void {
    const { operation } = this.#find(method, path);
    const what = `${operation.operationId} ${status} ${JSON.stringify(body)}`;
    const { [status]: listed, default: other } = operation.responses;
    const kind = String((body as { type?: unknown } | null)?.type).replace("urn:switchroom:problem:", "");
    // What a driver answers beyond the problems that are listed is documented as such.
    const isOther = other !== undefined && !listed?.content?.[PROBLEM]?.examples?.[kind] && status >= 400;
    const response = isOther ? other : listed;
    ok(response, `${what}: the status is not documented`);
    this.seen.add(`${operation.operationId} ${isOther ? "default" : status}`);
    this.#checkHeaders(response, { headers, what });
    const taken = operation.requestBody?.content["application/json"].schema;
    if (status < 300 && sent !== undefined && taken !== undefined) {
      deepEqual(faultsOf(sent, { schema: taken, document: this.#document }), [], `${what}: what was sent`);
    }
    const type = headers.get("content-type");
    const content = response.content?.[type ?? ""] ?? response.content?.[type?.split(";")[0] ?? ""];
    equal(content === undefined, type === null, `${what}: the type ${type} is not documented`);
    if (content === undefined) return equal(body, null, what);
    deepEqual(faultsOf(body, { schema: content.schema, document: this.#document }), [], what);
    if (type === PROBLEM && !isOther) ok(content.examples?.[kind], `${what}: the problem is not documented`);
  }

  #checkHeaders(response: Response, { headers, what }: { headers: Headers; what: string }): void {
    for (const [name, { $ref }] of Object.entries(response.headers ?? {})) {
      const header = this.#document.components.headers[$ref.slice("#/components/headers/".length)];
      ok(header, $ref);
      const value = headers.get(name);
      if (value === null) ok(!header.required, `${what}: has no ${name}`);
      else deepEqual(faultsOf(value, { schema: header.schema, document: this.#document }), [], `${what}: ${name}`);
    }
  }

  #find(method: string, path: string): Route {
    const [asked = ""] = path.split("?");
    const fitting = routesOf(this.#document).filter((route) =>
      route.method === method && new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(asked)
    );
    const exact = fitting.find((route) => route.path === asked) ?? fitting[0];
    ok(exact, `${method} ${path} is not documented`);
    return exact;
  }
}
