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
    requireBounded(schema, schema);
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

/** Goes through every part of a schema and refuses one that would be held against a value too often. */
function requireBounded(part: unknown, root: Manifest["config"]): void {
  if (typeof part !== "object" || part === null) return;
  count(part, { root, left: MOST_SCHEMAS });
  for (const inner of Object.values(part)) requireBounded(inner, root);
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
