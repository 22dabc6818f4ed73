/**
 * The parameters of operations and getters: how each travels in JSON, and which values the contract knows.
 *
 * @module
 */
import { PhoneError, type PhoneErrorName } from "./errors.ts";
import { quoted } from "./quoted.ts";

const MAX_DWORD = 0xFFFF_FFFF;
const MAX_LEVEL = 0xFFFF;

/** How a parameter travels. */
export type ParameterKind = "number" | "name" | "nameOrNumber" | "names" | "text" | "bytes";

/**
 * One parameter. Its value has the right JSON type when it is checked: that is asked at the border that it comes by.
 */
export interface Parameter<Value = unknown, Kind extends ParameterKind = ParameterKind> {
  /** How it travels; bytes are base64. */
  readonly kind: Kind;
  /** What it is, in words. */
  readonly description: string;
  /** The names that it can have, where it has names. */
  readonly names?: readonly string[];
  /**
   * Gives the value as a plugin is to have it.
   *
   * @throws {PhoneError} The `INVAL…` that names the parameter, if the contract does not know the value.
   */
  check(value: Value, place: string): Value;
}

/** A parameter that may be left out. */
export interface Optional<Value = unknown, Kind extends ParameterKind = ParameterKind> extends Parameter<Value, Kind> {
  /** Always: a parameter without it is needed. */
  readonly optional: true;
}

/** Lets a parameter be left out. */
export function optional<Value, Kind extends ParameterKind>(
  parameter: Parameter<Value, Kind>,
): Optional<Value, Kind> {
  return { ...parameter, optional: true };
}

/** A whole number of 32 bits. */
export function dword(error: PhoneErrorName, description: string): Parameter<number, "number"> {
  return {
    kind: "number",
    description,
    check: (value, place) => wholeNumber(value, { most: MAX_DWORD, error, place }),
  };
}

/** A whole number from 0 to `most`. */
export function count(most: number, description: string): Parameter<number, "number"> {
  return {
    kind: "number",
    description,
    check: (value, place) => wholeNumber(value, { most, error: "INVALPARAM", place }),
  };
}

/** A level from 0 to 65535; more counts as 65535 (R94). */
export function level(description: string): Parameter<number, "number"> {
  return {
    kind: "number",
    description,
    check: (value, place) => Math.min(wholeNumber(value, { most: MAX_DWORD, error: "INVALPARAM", place }), MAX_LEVEL),
  };
}

/** What a named value may be. */
export interface Names<Of extends readonly string[], Described extends readonly string[] = readonly []> {
  /** The names that can be set. */
  readonly names: Of;
  /** Names of the same list that describe and cannot be set, and what they describe: "a lamp". */
  readonly describing?: { readonly names: Described; readonly what: string };
  /** What another value is refused with. */
  readonly error: PhoneErrorName;
  /** What it is, in words. */
  readonly description: string;
}

/** One of a list of names. */
export function named<const Of extends readonly string[], const Described extends readonly string[] = readonly []>(
  { names, describing, error, description }: Names<Of, Described>,
): Parameter<Of[number] | Described[number], "name"> {
  return {
    kind: "name",
    description,
    names,
    check: (value, place) => oneOf(value, { names, describing, error, place }),
  };
}

/** One of a list of names, or a vendor's own value, which is a number. */
export function namedOrVendors<
  const Of extends readonly string[],
  const Described extends readonly string[] = readonly [],
>(
  { names, describing, error, description, vendors }: Names<Of, Described> & {
    /** Which numbers are a vendor's, and those in words. */
    readonly vendors: { is(value: number): boolean; words: string };
  },
): Parameter<Of[number] | Described[number] | number, "nameOrNumber"> {
  return {
    kind: "nameOrNumber",
    description,
    names,
    check(value, place) {
      if (typeof value !== "number") return oneOf(value, { names, describing, error, place });
      if (vendors.is(value)) return value;
      throw new PhoneError(error, `${place} ${value} is not a vendor's own: those ${vendors.words}`);
    },
  };
}

/** Names of a list, one at least; each counts once. */
export function allNamed<const Of extends readonly string[]>(
  { names, error, description }: Pick<Names<Of>, "names" | "error" | "description">,
): Parameter<Of[number][], "names"> {
  return {
    kind: "names",
    description,
    names,
    check(values, place) {
      if (values.length === 0) throw new PhoneError(error, `${place} is empty: name at least one`);
      return [...new Set(values.map((value) => oneOf(value, { names, error, place })))];
    },
  };
}

/** Any text. */
export function text(description: string): Parameter<string, "text"> {
  return { kind: "text", description, check: (value) => value };
}

/** Any bytes. */
export function bytes(description: string): Parameter<string, "bytes"> {
  return { kind: "bytes", description, check: (value) => value };
}

/**
 * A name of a list.
 *
 * @throws {PhoneError} `error`, naming what it is instead.
 */
export function oneOf<Of extends readonly string[]>(
  value: string,
  { names, describing, error, place }: {
    names: Of;
    describing?: { readonly names: readonly string[]; readonly what: string } | undefined;
    error: PhoneErrorName;
    place: string;
  },
): Of[number] {
  if (names.includes(value)) return value;
  if (describing?.names.includes(value)) {
    throw new PhoneError(error, `${place} ${value} describes ${describing.what}, it cannot be set`);
  }
  throw new PhoneError(error, `${place} ${quoted(value)} is not one of ${names.join(", ")}`);
}

function wholeNumber(
  value: number,
  { most, error, place }: { most: number; error: PhoneErrorName; place: string },
): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new PhoneError(error, `${place} ${value} is not a whole number from 0 to ${most}`);
}

/** The parameters of an operation or getter, by their names. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** What a parameter holds. */
export type ValueOf<Of> = Of extends Parameter<infer Value> ? Value : never;

/** The names of the parameters that may be left out. */
export type OptionalIn<Of extends Parameters> = {
  [Name in keyof Of]: Of[Name] extends Optional ? Name : never;
}[keyof Of];

/** The values of parameters, as they travel. */
export type ValuesOf<Of extends Parameters> =
  & { -readonly [Name in Exclude<keyof Of, OptionalIn<Of>>]: ValueOf<Of[Name]> }
  & { -readonly [Name in OptionalIn<Of>]?: ValueOf<Of[Name]> };
