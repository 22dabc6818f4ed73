/**
 * What crosses a border in JSON, described once: the documents publish the description as JSON Schema, whoever takes
 * the value checks it by it, and the compiler holds it to the type.
 *
 * It stands on nothing, for the client, which checks what it is answered, has no dependency.
 *
 * @module
 */

/** A JSON Schema. */
export interface JsonSchema {
  /** In words. */
  description?: string;
  /** Of an object: what its fields are. */
  properties?: Record<string, JsonSchema>;
  /** Of an object: the fields that it must have. */
  required?: string[];
  /** Any other keyword. */
  [keyword: string]: unknown;
}

/** What a document says of a shape beside its type. */
export interface About {
  /** In words. */
  description?: string;
  /** Values that fit. */
  examples?: readonly unknown[];
}

/** Describes the values of one type. */
export interface Shape<Value = unknown> {
  /** The name by which documents refer to it. */
  readonly name?: string;
  /** What it is, in words. */
  readonly description?: string;
  /** Its JSON Schema, in which `of` gives that of an inner shape. */
  schema(of: (inner: Shape) => JsonSchema): JsonSchema;
  /**
   * What is wrong with a value that stands at `place`, in words; undefined if it fits. Fields that are not described
   * are no fault.
   */
  fault(value: unknown, place: string): string | undefined;
  /** Never there: it tells the compiler what is described. */
  readonly value?: Value;
}

/** A field that may be left out. */
export interface OptionalField<Value = unknown> {
  /** What it is if it is there. */
  readonly optional: Shape<Value>;
}

/** The type that a shape describes. */
export type Described<Of> = Of extends Shape<infer Value> ? Value : never;

/** The fields of an object. */
export type Fields = Readonly<Record<string, Shape | OptionalField>>;

/** The type of an object with such fields. */
export type ObjectOf<Of extends Fields> =
  & { -readonly [Name in keyof Of as Of[Name] extends Shape ? Name : never]: Described<Of[Name]> }
  & {
    -readonly [Name in keyof Of as Of[Name] extends OptionalField ? Name : never]?: Of[Name] extends
      OptionalField<infer Value> ? Value : never;
  };

/**
 * A type written out, so that two of them can be compared whatever they were made of; JSON knows nothing of `readonly`.
 */
export type Plain<Type> = Type extends object ? { -readonly [Key in keyof Type]: Plain<Type[Key]> } : Type;

/** Whether two types are the same. */
export type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Other ? 1 : 2) ? true
  : false;

/**
 * Gives a shape back if it describes exactly that type: with a field more, less or other in one of both, nothing
 * compiles.
 *
 * Called twice, because the one type is given and the other is found out.
 */
export function exactly<Type>(): <Of extends Shape>(
  shape: Same<Plain<Described<Of>>, Plain<Type>> extends true ? Of & Shape<Type> : never,
) => Shape<Type> {
  return (shape) => shape;
}

/** Whether a value is what a shape describes. */
export function fits<Value>(value: unknown, shape: Shape<Value>): value is Value {
  return shape.fault(value, "") === undefined;
}

/** A shape of values that one question and a few keywords describe. */
function simple<Value>(
  schema: JsonSchema,
  { is, words }: { is: (value: unknown) => boolean; words: string },
): Shape<Value> {
  return {
    schema: () => schema,
    fault: (value, place) => is(value) ? undefined : `${place} must be ${words}`,
  };
}

/** Says more of a shape, and gives it a name by which documents refer to it. */
export function about<Value>(shape: Shape<Value>, { name, ...about }: About & { name?: string }): Shape<Value> {
  const { description } = about;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    // A reference takes nothing beside it in older drafts: what a document says of a named shape stands where that is
    // described.
    schema: (of) => ({ ...shape.name === undefined ? shape.schema(of) : { allOf: [of(shape)] }, ...about }),
    fault: shape.fault,
  };
}

/** A text. */
export const text: Shape<string> = simple({ type: "string" }, {
  is: (value) => typeof value === "string",
  words: "a text",
});

/** True or false. */
export const flag: Shape<boolean> = simple({ type: "boolean" }, {
  is: (value) => typeof value === "boolean",
  words: "true or false",
});

/** A number. */
export const number: Shape<number> = simple({ type: "number" }, {
  is: (value) => typeof value === "number",
  words: "a number",
});

/** A number from 0 on. */
export const amount: Shape<number> = simple({ type: "number", minimum: 0 }, {
  is: (value) => typeof value === "number" && value >= 0,
  words: "a number from 0 on",
});

/** Bytes in base64. The pattern is for documents: matched against a long text, it exhausts the stack. */
export const base64: Shape<string> = simple({
  type: "string",
  pattern: "^(?:[0-9a-zA-Z+/]{4})*(?:[0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$",
  format: "base64",
  contentEncoding: "base64",
}, {
  is: (value) => typeof value === "string" && isBase64(value),
  words: "bytes in base64",
});

function isBase64(text: string): boolean {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return text.length % 4 === 0 && !/[^0-9a-zA-Z+/]/.test(text.slice(0, text.length - padding));
}

/** A text that a pattern describes, and those words; `schema` says what else a document can say of it. */
export function matching(
  pattern: RegExp,
  { words, schema = {} }: { words: string; schema?: JsonSchema },
): Shape<string> {
  return simple({ type: "string", pattern: pattern.source, ...schema }, {
    is: (value) => typeof value === "string" && pattern.test(value),
    words,
  });
}

/** Whatever JSON can say. */
export const anything: Shape<unknown> = simple({}, { is: (value) => value !== undefined, words: "there" });

/** A whole number from `least` to `most`; without bounds any that JSON carries exactly. */
export function integer(
  { least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): Shape<number> {
  return simple({ type: "integer", minimum: least, maximum: most }, {
    is: (value) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most,
    words: `a whole number from ${least} to ${most}`,
  });
}

/** One of a list of names. */
export function oneOf<const Name extends string>(names: readonly Name[]): Shape<Name> {
  const known: ReadonlySet<unknown> = new Set(names);
  return simple({ type: "string", ...(names.length > 1 ? { enum: names } : { const: names[0] }) }, {
    is: (value) => known.has(value),
    words: names.length > 1 ? `one of ${names.join(", ")}` : `${names[0]}`,
  });
}

/** A list. */
export function list<Value>(items: Shape<Value>): Shape<Value[]> {
  return {
    schema: (of) => ({ type: "array", items: of(items) }),
    fault(value, place) {
      if (!Array.isArray(value)) return `${place} must be a list`;
      for (const [index, item] of value.entries()) {
        const fault = items.fault(item, `${place}[${index}]`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  };
}

/** The one or the other. */
export function either<One, Other>(one: Shape<One>, other: Shape<Other>): Shape<One | Other> {
  return {
    schema: (of) => ({ anyOf: [of(one), of(other)] }),
    fault(value, place) {
      const fault = one.fault(value, place);
      return fault === undefined || other.fault(value, place) === undefined ? undefined : fault;
    },
  };
}

/**
 * One of several objects that a field tells apart.
 *
 * @param options.kinds Each kind, by what the field holds.
 * @param options.otherwise What is asked of one of another kind, which a later version may have added.
 */
export function variants<Value>(
  field: string,
  { kinds, otherwise }: { kinds: Readonly<Record<string, Shape<Value>>>; otherwise: Shape },
): Shape<Value> {
  return {
    schema: (of) => ({
      oneOf: Object.values(kinds).map(of),
      discriminator: {
        propertyName: field,
        mapping: Object.fromEntries(Object.entries(kinds).map(([kind, shape]) => [kind, of(shape)["$ref"]])),
      },
    }),
    fault(value, place) {
      if (!isObject(value)) return `${place} must be an object`;
      const kind = value[field];
      const shape = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
      return (shape ?? otherwise).fault(value, place);
    },
  };
}

/** null, or what the shape describes. */
export function nullable<Value>(shape: Shape<Value>): Shape<Value | null> {
  return either(shape, simple<null>({ type: "null" }, { is: (value) => value === null, words: "null" }));
}

/** Lets a field be left out. */
export function optional<Value>(shape: Shape<Value>): OptionalField<Value> {
  return { optional: shape };
}

/** Lets each of these fields be left out. */
export function optionalFields<const Of extends Fields>(fields: Of): OptionalFields<Of> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, "optional" in field ? field : optional(field)]),
  ) as OptionalFields<Of>;
}

/** Fields, each of which may be left out. */
export type OptionalFields<Of extends Fields> = {
  readonly [Name in keyof Of]: Of[Name] extends Shape<infer Value> ? OptionalField<Value> : Of[Name];
};

/** An object with these fields; others may be there. */
export function object<const Of extends Fields>(fields: Of): Shape<ObjectOf<Of>> {
  const all = Object.entries(fields).map(([name, field]) => ({
    name,
    needed: !("optional" in field),
    shape: "optional" in field ? field.optional : field,
  }));
  const needed = all.filter(({ needed }) => needed);
  return {
    schema: (of) => ({
      type: "object",
      properties: Object.fromEntries(all.map(({ name, shape }) => [name, of(shape)])),
      ...(needed.length > 0 && { required: needed.map(({ name }) => name) }),
    }),
    fault(value, place) {
      if (!isObject(value)) return `${place} must be an object`;
      for (const { name, needed, shape } of all) {
        if (value[name] === undefined && !needed) continue;
        const fault = shape.fault(value[name], `${place}.${name}`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  };
}

/** An object with any names, each of which holds what the shape describes. */
export function record<Value>(values: Shape<Value>): Shape<Record<string, Value>> {
  return {
    schema: (of) => ({ type: "object", additionalProperties: of(values) }),
    fault(value, place) {
      if (!isObject(value)) return `${place} must be an object`;
      for (const [name, item] of Object.entries(value)) {
        const fault = values.fault(item, `${place}.${name}`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
