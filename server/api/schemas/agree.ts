/**
 * Schemas of what is answered, held to the core's types.
 *
 * What comes from outside is checked with a shape; what goes out is not, because the types already say what it is.
 * These schemas are for the documents and for the tests: none is asked on the way of a call.
 *
 * @module
 */
import type { z } from "zod";

/**
 * A type written out, so that two of them can be compared whatever they were made of; `readonly` is left out, JSON
 * knows nothing of it.
 */
type Plain<Type> = Type extends object ? { -readonly [Key in keyof Type]: Plain<Type[Key]> } : Type;

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Other ? 1 : 2) ? true : false;

/**
 * Gives a schema back if its type is exactly that of what is answered: with a field more, less or other in one of both,
 * nothing compiles.
 *
 * Called twice, because the one type is given and the other is found out.
 */
export function schemaOf<Type>(): <Schema extends z.ZodType>(
  schema: Same<Plain<z.output<Schema>>, Plain<Type>> extends true ? Schema : never,
) => Schema {
  return (schema) => schema;
}
