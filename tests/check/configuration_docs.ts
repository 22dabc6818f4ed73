/**
 * Makes `docs/configuration.schema.json` and `docs/configuration.md` from the schema that checks the file:
 * `deno task schema`.
 *
 * @module
 */
import { z } from "zod";
import { configurationFile } from "../../server/program/configuration/file.ts";

import { formatted, writePages } from "./formatted.ts";

/** A JSON Schema, as far as this one goes. */
interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
}

const PROSE = `# The configuration

\`switchroom serve --config FILE\` reads one JSON file, in which comments (\`//\`, \`/* */\`) and a comma behind the last of several may stand. Everything in it may be left out; an unknown key is an error that
names the nearest known one. Paths are relative to the file's folder. [configuration.schema.json](configuration.schema.json)
is the same as a JSON Schema: let the file's \`$schema\` lead to it, and an editor helps to write it. This page and that
schema are made by \`deno task schema\`.

\`\`\`json
{
  "$schema": "docs/configuration.schema.json",
  "configuration": 1,
  "listen": "0.0.0.0:8274",
  "tls": { "cert": "tls/cert.pem", "key": "tls/key.pem" },
  "bounds": { "operationMs": 10000 }
}
\`\`\`
`;

/** The JSON Schema, as the text of its file. */
export function schemaText(): Promise<string> {
  return formatted(JSON.stringify({ title: "Switchroom: the configuration file, version 1", ...schema() }), "json");
}

/** The page, as the text of its file. */
export function pageText(): Promise<string> {
  const root = schema();
  const tables = [["The file", root] as const, ...objectsIn(root, "")].map(([title, at]) =>
    `## ${title}\n\n${table(at)}`
  );
  return formatted(`${PROSE}\n${tables.join("\n\n")}\n`, "md");
}

function schema(): Schema {
  return z.toJSONSchema(configurationFile, { io: "input" }) as Schema;
}

/** The objects with keys of their own below an object, lists of such included, each with its place. */
function objectsIn({ properties = {} }: Schema, at: string): (readonly [string, Schema])[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const place = `${at}${key}${value.items ? "[]" : ""}`;
    const inner = value.items ?? value;
    return inner.properties === undefined ? [] : [[`\`${place}\``, inner] as const, ...objectsIn(inner, `${place}.`)];
  });
}

function table({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([key, value]) =>
    [`\`${key}\``, valueOf(value), required.includes(key) ? "must be given" : usualOf(value), value.description ?? ""]
      .map((cell) => cell.replaceAll("|", "\\|")).join(" | ")
  );
  return ["Key | Value | If left out | What it is", "--- | --- | --- | ---", ...rows].map((row) => `| ${row} |`).join(
    "\n",
  );
}

const number = (value: number) => value.toLocaleString("en-US");

function valueOf({ type, minimum, maximum, items, maxItems, ...rest }: Schema): string {
  if (rest.const !== undefined) return `\`${JSON.stringify(rest.const)}\``;
  if (rest.enum) return rest.enum.map((word) => `\`${word}\``).join(" ");
  if (minimum !== undefined && maximum !== undefined) return `${number(minimum)} to ${number(maximum)}`;
  if (items) return `list of at most ${maxItems} ${items.type}s`;
  return type ?? "";
}

function usualOf({ type, default: usual, properties }: Schema): string {
  if (usual === undefined || properties) return "";
  return type === "integer" ? number(Number(usual)) : `\`${JSON.stringify(usual)}\``;
}

if (import.meta.main) {
  await writePages({ "configuration.schema.json": await schemaText(), "configuration.md": await pageText() });
}
