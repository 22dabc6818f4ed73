/**
 * What answers and errors may be: what the published documents say.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Schema, Validator } from "@cfworker/json-schema";
import { PHONE_ERRORS } from "../../../server/core/contract/errors.ts";
import { REFUSALS } from "../../../server/api/mod.ts";
import { type OpenApi, routesOf } from "../../http/support/open_api.ts";

const PROBLEM = "application/problem+json";
const URN = "urn:switchroom:problem:";

/** What a call can be answered that asks for no route, by the kind of the problem. */
const UNROUTED = new Set(["not-found", "method-not-allowed", "unauthorized", "too-many-attempts"]);

/** A detail tells; it must not grow with what was sent. */
const LONGEST_DETAIL = 1_000;

/** Longer bodies are lists, and their items the same as in short ones. */
const LARGEST_CHECKED = 16_384;

/** Codes of JSON-RPC that are ours to send: never -32603, which is a fault of ours. */
const RPC_CODES: ReadonlySet<number> = new Set(Object.values(REFUSALS).map(({ rpc }) => rpc));
const PHONE_CODES: ReadonlyMap<number, string> = new Map(
  Object.entries(PHONE_ERRORS).map(([name, { value }]) => [value, `PHONEERR_${name}`]),
);

/** An answer, read. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for one that is not read to its end. */
  readonly text: string | undefined;
}

/** Holds answers against the OpenAPI document. */
export class DocumentedAnswers {
  readonly #document: OpenApi;
  readonly #routes: ReadonlyMap<string, OpenApi["paths"][string][string]>;
  readonly #patterns: readonly { route: string; pattern: RegExp }[];
  readonly #validators = new Map<string, Validator>();

  /** @param document As it is published. */
  constructor(document: OpenApi) {
    this.#document = document;
    this.#routes = new Map(
      routesOf(document).map(({ method, path, operation }) => [`${method} ${path}`, operation]),
    );
    this.#patterns = Object.keys(document.paths).map((route) => ({
      route,
      pattern: new RegExp(`^${route.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    }));
  }

  /**
   * Fails unless the document says that a call can be answered so.
   *
   * @param route The route as the document writes it; undefined if there is none.
   */
  check({ method, route }: { method: string; route: string | undefined }, answer: ReadAnswer): void {
    const { status, headers, text } = answer;
    ok(status !== 500, text);
    equal(headers.get("x-content-type-options"), "nosniff", "x-content-type-options");
    match(headers.get("cache-control") ?? "", /^no-store(, no-transform)?$/, "cache-control");
    const type = headers.get("content-type");
    const problem = type === PROBLEM && text ? checkProblem(text, status) : undefined;
    const asked = method === "HEAD" ? "GET" : method;
    const operation = route === undefined ? undefined : this.#routes.get(`${asked} ${route}`);
    if (operation === undefined) {
      if (method !== "HEAD") ok(problem !== undefined && UNROUTED.has(problem), `${status} ${text} of no route`);
      return;
    }
    const { [status]: listed, default: other } = operation.responses;
    const response = listed ?? other;
    ok(response, `${operation.operationId} can be answered ${status}, and the document does not say so: ${text}`);
    const content = response.content?.[type ?? ""] ?? response.content?.[type?.split(";")[0] ?? ""];
    if (method !== "HEAD") {
      equal(content === undefined, type === null, `${operation.operationId} ${status} is ${type}: ${text}`);
    }
    if (problem !== undefined) {
      const known = listed?.content?.[PROBLEM]?.examples?.[problem] ?? other;
      ok(known, `${operation.operationId} can be refused as ${problem}, and the document does not say so: ${text}`);
    } else if (
      type === "application/json" && text !== undefined && method !== "HEAD" && text.length <= LARGEST_CHECKED
    ) {
      ok(content);
      const validator = this.#validator(`${operation.operationId} ${status}`, content.schema);
      const { errors } = validator.validate(JSON.parse(text));
      const faults = errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
      ok(faults.length === 0, `${operation.operationId} ${status}: ${faults.join("; ")}: ${text}`);
    }
  }

  /** As {@linkcode check}, for a call of which only the path is known: of the routes that it may mean one must be answered so. */
  checkPath({ method, path }: { method: string; path: string }, answer: ReadAnswer): void {
    const asked = pathOf(path);
    const routes = this.#patterns.filter(({ pattern }) => pattern.test(asked)).map(({ route }) => route);
    const faults: unknown[] = [];
    for (const route of [...routes, undefined]) {
      try {
        return this.check({ method, route }, answer);
      } catch (error) {
        faults.push(error);
      }
    }
    throw faults[0];
  }

  #validator(what: string, schema: Schema): Validator {
    const known = this.#validators.get(what);
    if (known) return known;
    const made = new Validator({ ...schema, components: this.#document.components }, "2020-12", false);
    this.#validators.set(what, made);
    return made;
  }
}

/** The path of a call without its query, or what should be no part of a call, its percent-encoding undone as far as it is some. */
function pathOf(target: string): string {
  const [path = ""] = target.split(/[?#]/);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Fails unless a text is a problem of RFC 9457 as we write them. @returns Its kind. */
function checkProblem(text: string, status: number): string {
  const { type, title, detail, status: told, code, value, ...more } = JSON.parse(text);
  ok(typeof type === "string" && type.startsWith(URN), text);
  ok(typeof title === "string" && title.length > 0, text);
  ok(typeof detail === "string" && detail.length > 0, text);
  ok(detail.length <= LONGEST_DETAIL, `a detail of ${detail.length} characters: ${detail.slice(0, 200)}`);
  equal(told, status, text);
  equal(code, value === undefined ? undefined : PHONE_CODES.get(value), text);
  deepEqual(more, {}, text);
  return type.slice(URN.length);
}

/** Fails unless an error of JSON-RPC is one that can be sent. */
export function checkRpcError(error: unknown): void {
  const { code, message, data, ...more } = error as Record<string, unknown>;
  const words = JSON.stringify(error);
  ok(typeof message === "string" && message.length > 0, words);
  ok(message.length <= LONGEST_DETAIL, `a message of ${message.length} characters: ${message.slice(0, 200)}`);
  ok(typeof code === "number", words);
  deepEqual(more, {}, words);
  const name = PHONE_CODES.get(code);
  ok(name !== undefined || RPC_CODES.has(code), words);
  deepEqual(data, name === undefined ? undefined : { code: name }, words);
}
