/**
 * Schemas as JSON Schema, for documents that name each once and refer to it.
 *
 * @module
 */
import { z } from "zod";

/** A JSON Schema, or a reference to one. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Turns schemas into JSON Schema, and gathers those that have an id. */
export interface Components {
  /** Those that have an id, by it. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** The JSON Schema of what a client sends or gets; a reference where the schema has an id. */
  of(schema: z.ZodType): JsonSchema;
}

/** Begins to gather; `target` is the draft that the document's kind is read with. */
export function components(target: "draft-2020-12" | "draft-07"): Components {
  const schemas: Record<string, JsonSchema> = {};
  // Most are asked for many times, and the server does nothing else while it makes one.
  const made = new Map<z.ZodType, JsonSchema>();
  return {
    schemas,
    of(schema) {
      const known = made.get(schema);
      if (known !== undefined) return known;
      // As a field of something, because on its own even a schema with an id is written out. As input, because an
      // answer may get fields that a client does not know yet, and because a client is told what it sends, not what we
      // make of it.
      const { properties, $defs, definitions } = z.toJSONSchema(z.object({ schema }), { io: "input", target });
      Object.assign(schemas, $defs, definitions);
      const json = properties?.["schema"] as JsonSchema;
      made.set(schema, json);
      return json;
    },
  };
}

/** A document as text, its references turned to where its components are. */
export function documentText(document: object): string {
  return JSON.stringify(document).replaceAll(/"\$ref":"#\/(?:\$defs|definitions)\//g, '"$ref":"#/components/schemas/');
}
