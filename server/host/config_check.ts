/**
 * A plugin's configuration against the JSON Schema of its manifest: what was left out gets the schema's default, and
 * what does not fit is refused.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { MESSAGE_LIMIT } from "../wire/mod.ts";
import type { Manifest } from "./manifest.ts";
import { faultsOf } from "./file_faults.ts";
import { PluginRefusal } from "./refusal.ts";

/**
 * How many schemas one value may be held against: a few that refer to one another can mean more than anybody has time
 * for, or have no end.
 */
const MOST_SCHEMAS = 1_000;

/** The longest configuration with its defaults, as JSON: it travels in one message, which holds a little besides. */
const MOST_COMPLETED = MESSAGE_LIMIT - 1_024;

/**
 * Checks what the operator configured and completes it; an empty schema allows anything. A default is handed over as it
 * stands in the schema: what it leaves out itself stays out.
 *
 * @returns The configuration as the plugin is given it.
 * @throws {PluginRefusal} If it does not fit, or the schema is not one that is understood. No value is told: it may be
 * a secret.
 */
export function checkConfig(schema: Manifest["config"], config: Record<string, unknown>): unknown {
  const { fitting, parsed } = parse(schema, config);
  if (parsed.success) return bounded(parsed.data);
  const faults = faultsOf(parsed.error, { schema: fitting, value: config, at: "config", secret: true });
  throw new PluginRefusal(`Cannot start the plugin: its configuration does not fit its manifest: ${faults}`);
}

function parse(schema: Manifest["config"], config: Record<string, unknown>) {
  try {
    for (const part of schemasIn(schema)) {
      count(part, { root: schema, left: MOST_SCHEMAS });
      requirePlain(part);
    }
    const fitting = z.fromJSONSchema(schema);
    return { fitting, parsed: fitting.safeParse(config) };
  } catch (error) {
    const words = wordsOf(error);
    throw new PluginRefusal(
      `Cannot use the plugin's plugin.json: its config is not a JSON Schema that is understood: ${words}`,
      { cause: error },
    );
  }
}

/**
 * Gives a completed configuration back unless it is too long. Many entries can share one long default, so it is counted
 * before it is all written out.
 */
function bounded(completed: unknown): unknown {
  const tooLong = () =>
    new PluginRefusal(
      `Cannot start the plugin: with the defaults of its manifest its configuration comes to more than ${MOST_COMPLETED} characters`,
    );
  let counted = 0;
  const count = (_key: string, part: unknown) => {
    counted += typeof part === "string" ? part.length : 1;
    if (counted > MOST_COMPLETED) throw tooLong();
    return part;
  };
  if (JSON.stringify(completed, count).length > MOST_COMPLETED) throw tooLong();
  return completed;
}

/** Keywords under which schemas stand by names, and those under which there are values. */
const NAMES_OF_SCHEMAS = new Set(["properties", "patternProperties", "$defs", "definitions"]);
const VALUES = new Set(["const", "enum", "default", "examples"]);

type Schema = Readonly<Record<string, unknown>>;

/** A schema and all within it. */
function* schemasIn(part: unknown): Generator<Schema> {
  if (typeof part !== "object" || part === null) return;
  if (Array.isArray(part)) {
    for (const each of part) yield* schemasIn(each);
    return;
  }
  yield part as Schema;
  for (const [keyword, inner] of Object.entries(part)) {
    if (NAMES_OF_SCHEMAS.has(keyword)) yield* schemasIn(Object.values(inner ?? {}));
    else if (!VALUES.has(keyword)) yield* schemasIn(inner);
  }
}

/** Refuses an object or a list that a value must be equal to: none ever would be, or other values. */
function requirePlain(schema: Schema): void {
  for (const keyword of ["const", "enum"]) {
    const values = schema[keyword];
    const plain = keyword === "enum" && Array.isArray(values) ? values : [values];
    if (plain.some((value) => typeof value === "object" && value !== null)) {
      throw new TypeError(`${keyword} can ask for strings, numbers, booleans and null, not for an object or a list`);
    }
  }
}

/** Counts a schema and those that are asked of the same value with it. @returns How many more there may be. */
function count(schema: unknown, { root, left }: { root: Manifest["config"]; left: number }): number {
  if (typeof schema !== "object" || schema === null) return left;
  if (left === 0) throw new RangeError(`more than ${MOST_SCHEMAS} schemas for one value`);
  const { $ref, allOf, anyOf, oneOf } = schema as Record<string, unknown>;
  const others = [referred($ref, root), allOf, anyOf, oneOf].flat();
  return others.reduce<number>((rest, other) => count(other, { root, left: rest }), left - 1);
}

/** What a reference names, as zod reads references; nothing for one that is not understood anyway. */
function referred($ref: unknown, root: Manifest["config"]): unknown {
  if (typeof $ref !== "string") return undefined;
  const [list, name = ""] = $ref.slice(1).split("/").filter(Boolean);
  if (list === undefined) return root;
  const definitions = list === "$defs" || list === "definitions" ? root[list] : undefined;
  const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
  return (definitions as Record<string, unknown> | undefined)?.[key];
}
