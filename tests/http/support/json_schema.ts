/**
 * Values held against the schemas of a published document, by a validator that knows nothing of us.
 *
 * @module
 */
import { type Schema, Validator } from "@cfworker/json-schema";

/** A document with `components.schemas`. */
export interface Published {
  components: { schemas: Record<string, Schema> };
}

/**
 * What is wrong with a value, in lines; none if all is well.
 *
 * The published schemas let fields through that they do not name, because clients must. Here such a field is a fault:
 * what is sent is described whole.
 */
export function faultsOf(
  value: unknown,
  { schema, document, draft = "2020-12" }: { schema: Schema; document: Published; draft?: "7" | "2020-12" },
): string[] {
  const root: Schema = { ...strict(schema), components: strict(document.components) };
  return new Validator(root, draft, false).validate(value).errors.map(({ instanceLocation, error }) =>
    `${instanceLocation}: ${error}`
  );
}

/** A schema whose objects have no other fields than those that it names. */
function strict(schema: unknown): Schema {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema as unknown as Schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === "examples" ? value : strict(value)]),
  );
  const closed = "properties" in schema && !("additionalProperties" in schema);
  return closed ? { ...inner, additionalProperties: false } : inner;
}
