/**
 * A page of the history, as it is answered.
 *
 * @module
 */
import { z } from "zod";

/** A page of items, newest first. */
export function pageOf<Name extends string, Item extends z.ZodType>(name: Name, item: Item) {
  return z.object({
    [name]: z.array(item).meta({
      description: "Newest first; a page may be short, even empty, and still have `next`.",
    }),
    next: z.string().nullable().meta({ description: "The `cursor` of the next page; null at the end." }),
  });
}
