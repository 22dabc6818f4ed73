/**
 * What is wrong with a configuration file, in words.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { configurationFile } from "./file.ts";

type Shape = z.core.$ZodShape;

/** Characters of a key that are looked at. */
const LONGEST_KEY = 64;

/** Tells the first fault in one line, and how many more there are. */
export function faultOf({ issues }: z.ZodError): string {
  const more = issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), -1);
  const [first] = issues;
  return `${first ? wordsOfIssue(first) : ""}${
    more > 0 ? ` (and ${more} more ${more === 1 ? "fault" : "faults"})` : ""
  }`;
}

function wordsOfIssue(issue: z.core.$ZodIssue): string {
  const { path, message } = issue;
  if (issue.code !== "unrecognized_keys") return `${path.join(".") || "the file"}: ${message}`;
  const [key = ""] = issue.keys;
  const place = [...path, quotedKey(key)].join(".");
  return `${place} is not known: did you mean ${nearest(key, path.filter((step) => typeof step === "string"))}?`;
}

/** Every key that is known, as its place from the root; an entry of a list has no number. */
const KNOWN = placesOf(configurationFile, []);

/** A key that somebody wrote: short, and on one line whatever is in it. */
function quotedKey(key: string): string {
  return key.length <= LONGEST_KEY && /^[\w$-]+$/.test(key) ? key : JSON.stringify(key.slice(0, LONGEST_KEY));
}

/** The known key that is most like it: of its own object if that is as near as any, else wherever it stands. */
function nearest(written: string, parent: readonly string[]): string {
  const key = written.slice(0, LONGEST_KEY);
  const own = KNOWN.filter((place) =>
    place.length === parent.length + 1 && parent.every((step, i) => step === place[i])
  );
  const sibling = closest(key, own.map((place) => place.at(-1) ?? ""));
  const anywhere = closest(key, KNOWN.map((place) => place.at(-1) ?? ""));
  if (distance(key, sibling) <= distance(key, anywhere)) return sibling;
  return KNOWN.find((place) => place.at(-1) === anywhere)?.join(".") ?? anywhere;
}

function placesOf(schema: z.core.$ZodType, at: string[]): string[][] {
  const shape = shapeOf(schema);
  return Object.entries(shape).flatMap(([key, value]) => [[...at, key], ...placesOf(value, [...at, key])]);
}

/** The fields of an object, or of the objects in a list, whatever is wrapped around; none for anything else. */
function shapeOf(schema: z.core.$ZodType): Shape {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodArray) return shapeOf(schema.element);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return shapeOf(schema.unwrap());
  }
  return {};
}
