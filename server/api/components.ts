/**
 * Descriptions as JSON Schema, for documents that name each once and refer to it: of what clients send, and of what they are answered.
 *
 * @module
 */
import { z } from "zod";
import type { JsonSchema, Shape } from "../core/contract/shape.ts";

/** What describes values: what a client sends is checked by zod, what it is answered is a shape of the contract. */
export type Description = z.ZodType | Shape;

/** Turns descriptions into JSON Schema, and gathers those that have a name. */
export interface Components {
  /** Those that have a name, by it. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** The JSON Schema of what a client sends or gets; a reference where the description has a name. */
  of(description: Description): JsonSchema;
}

/** Begins to gather; `target` is the draft that the document's kind is read with. */
export function components(target: "draft-2020-12" | "draft-07"): Components {
  const schemas: Record<string, JsonSchema> = {};
  // Most are asked for many times, and the server does nothing else while it makes one.
  const made = new Map<Description, JsonSchema>();

  function ofSent(description: z.ZodType): JsonSchema {
    // As a field of something, because on its own even a description with an id is written out. As input, because a
    // client is told what it sends, not what we make of it.
    const { properties, $defs, definitions } = z.toJSONSchema(z.object({ description }), { io: "input", target });
    Object.assign(schemas, $defs, definitions);
    return properties?.["description"] as JsonSchema;
  }

  function ofAnswered(shape: Shape): JsonSchema {
    const schema = shape.schema(of);
    if (shape.name === undefined) return schema;
    schemas[shape.name] = schema;
    return { $ref: `#/components/schemas/${shape.name}` };
  }

  function of(description: Description): JsonSchema {
    const known = made.get(description);
    if (known !== undefined) return known;
    const schema = "fault" in description ? ofAnswered(description) : ofSent(description);
    made.set(description, schema);
    return schema;
  }

  return { schemas, of };
}

/** A document as text, its references turned to where its components are. */
export function documentText(document: object): string {
  return JSON.stringify(document).replaceAll(/"\$ref":"#\/(?:\$defs|definitions)\//g, '"$ref":"#/components/schemas/');
}
