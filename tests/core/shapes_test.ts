/**
 * The shapes of what is answered: what they ask of a value, what they say of it in documents, and that the compiler holds them to their types.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Schema, Validator } from "@cfworker/json-schema";
import { createGeneratorSync, type JsonSchema } from "json-schema-faker";
import { components } from "../../server/api/mod.ts";
import { FACT_TYPES } from "../../server/core/contract/facts.ts";
import type { RequestRecord as Recorded } from "../../server/core/contract/record.ts";
import {
  exactly,
  integer,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from "../../server/core/contract/shape.ts";
import * as answers from "../../server/core/contract/shapes/mod.ts";

const { EVENTS, GETTER_ANSWERS, ...rest } = answers;
/** Every shape that somebody is answered with, or is sent. */
const SHAPES: [name: string, shape: Shape][] = [
  ...Object.entries(EVENTS),
  ...Object.entries(GETTER_ANSWERS),
  ...Object.entries(rest),
];

const ROUNDS = 5;
/** What stands for a wrong value of any kind. */
const WRONG = [null, true, -1, 0.5, 1e300, "", "?", [], {}, [null], { more: true }];

Deno.test("a shape says in words what is wrong, and where; what it does not describe it lets pass", () => {
  const shape = object({
    name: text,
    lamps: list(object({ id: integer({ least: 0 }) })),
    mode: optional(oneOf(["a", "b"])),
  });
  const whole = { name: "x", lamps: [{ id: 1 }], colour: "blue" };
  equal(shape.fault(whole, "answer"), undefined);
  equal(shape.fault({ ...whole, mode: "c" }, "answer"), "answer.mode must be one of a, b");
  equal(
    shape.fault({ ...whole, lamps: [{ id: 1 }, { id: -1 }] }, "answer"),
    `answer.lamps[1].id must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  );
  equal(shape.fault({ lamps: [] }, "answer"), "answer.name must be a text");
  equal(shape.fault([], "answer"), "answer must be an object");
  equal(nullable(text).fault(null, "answer"), undefined);
});

Deno.test("what a shape asks of a value is what its documents say, whatever value it is", () => {
  const generator = createGeneratorSync({ seed: 1, maxDepth: 20 });
  for (const [name, shape] of SHAPES) {
    const schema = written(shape);
    const validator = new Validator(schema as Schema, "2020-12");
    for (let round = 0; round < ROUNDS; round++) {
      const value: unknown = generator.generate(schema as JsonSchema);
      equal(shape.fault(value, name), undefined, JSON.stringify(value));
      for (const changed of changes(value)) {
        const fault = shape.fault(changed, name);
        equal(fault === undefined, validator.validate(changed).valid, `${fault}: ${JSON.stringify(changed)}`);
      }
    }
  }
});

/** A shape as JSON Schema, without references. The generator would make a time by its format alone: its pattern says more. */
function written(shape: Shape): Record<string, unknown> {
  const { format: _, ...schema } = shape.schema(written);
  return schema;
}

/** A value with something else in one of its places, or with nothing there. */
function* changes(value: unknown): Generator<unknown> {
  yield* WRONG;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    // Of a kind of facts that is not listed only the head is asked: the documents know none.
    if (key === "type") continue;
    for (const changed of changes(inner)) {
      yield Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    }
    if (!Array.isArray(value)) yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
  }
}

Deno.test("a fact of a kind that a later server has added passes, one of a known kind is held to it", () => {
  const { EventPage } = answers;
  const fact = { seq: 1, at: "2026-03-01T09:30:00.000Z", type: "phoneCleaned", detail: { by: "Anna" } };
  const fault = (event: object) => EventPage.fault({ events: [event], next: null }, "answer");
  equal(fault(fact), undefined);
  equal(fault({ ...fact, detail: "by Anna" }), "answer.events[0].detail must be an object");
  equal(fault({ ...fact, type: "serverStopped" }), "answer.events[0].detail.signal must be a text");
});

Deno.test("every kind of fact has a schema of its own, told apart by its type", () => {
  const gathered = components("draft-2020-12");
  gathered.of(answers.EventPage);
  const { discriminator, oneOf: kinds } = gathered.schemas["HistoryEvent"] as {
    discriminator: { mapping: Record<string, string> };
    oneOf: { $ref: string }[];
  };
  deepEqual(Object.keys(discriminator.mapping), FACT_TYPES);
  deepEqual(Object.values(discriminator.mapping), kinds.map(({ $ref }) => $ref));
  match(String(gathered.schemas["TokenRevoked"]?.description), /^A token was made void\.$/);
});

Deno.test("a type and its shape cannot be changed one without the other", () => {
  interface Lamp {
    id: number;
    mode?: string;
  }
  exactly<Lamp>()(object({ id: integer(), mode: optional(text) }));
  // @ts-expect-error: a field that may be left out is forgotten
  exactly<Lamp>()(object({ id: integer() }));
  // @ts-expect-error: a field that must be there is forgotten
  exactly<Lamp>()(object({ mode: optional(text) }));
  // @ts-expect-error: a field more
  exactly<Lamp>()(object({ id: integer(), mode: optional(text), colour: text }));
  // @ts-expect-error: a field of another type
  exactly<Lamp>()(object({ id: text, mode: optional(text) }));
  // @ts-expect-error: a field that may be left out is always there
  exactly<Lamp>()(object({ id: integer(), mode: text }));
  // @ts-expect-error: one of the names is missing
  exactly<Pick<Recorded, "reply">>()(object({ reply: nullable(oneOf(["sent"])) }));
});
