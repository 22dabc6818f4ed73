/**
 * How a line of the log looks: text for people, or JSON for machines.
 *
 * @module
 */
import { getJsonLinesFormatter, type LogRecord, type TextFormatter } from "@logtape/logtape";
import { printable } from "../../core/contract/text.ts";

/** UTF-16 units of one value, at most: what came from outside must not fill the disk. */
const LONGEST_VALUE = 4_000;

/** What needs no quotes: it can neither be taken for two values nor for a value with its name. */
const PLAIN = /^[\w.:/@+~-]+$/;

const jsonLine = getJsonLinesFormatter({ properties: "flatten" });

/** Formats records as one line each, without the line's end. */
export const FORMATS: { readonly text: TextFormatter; readonly json: TextFormatter } = {
  /** `TIME LEVEL WHERE: what happened name=value …` */
  text({ timestamp, level, category, message, properties }) {
    const values = Object.entries(properties).map(([name, value]) => ` ${name}=${shown(value)}`);
    return printable(
      `${new Date(timestamp).toISOString()} ${level} ${category.slice(1).join(" ")}: ${message.join("")}${
        values.join("")
      }`,
    );
  },
  /** `@timestamp`, `level`, `logger`, `message`, and what belongs to the fact. */
  json: (record) => printable(jsonLine({ ...record, properties: clipped(record.properties) }).trimEnd()),
};

function shown(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "undefined";
  const text = clip(value);
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

function clipped(properties: LogRecord["properties"]): LogRecord["properties"] {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, typeof value === "string" ? clip(value) : value]),
  );
}

function clip(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
