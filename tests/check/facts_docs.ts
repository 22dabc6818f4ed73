/**
 * Makes `docs/facts.md`, the auditor's page of the facts that the history keeps beside requests, from the table that
 * all who write them take their types from: `deno task schema`.
 *
 * @module
 */
import { type FactKind, FACTS } from "../../server/core/contract/facts.ts";
import type { JsonSchema, Shape } from "../../server/core/contract/shape.ts";
import { formatted, writePages } from "./formatted.ts";

const PROSE = `# The facts of the history

Beside the requests, the history keeps every other fact that an auditor may ask for: \`GET /v1/history/events\`,
\`switchroom history events\`, and the export. This page lists every kind, in the words of the table that the server
writes them by; it is made by \`deno task schema\`.

Each fact has its place \`seq\` in the one order of the history, the wall time \`at\`, its \`type\`, the fields that are
named with its kind, and a \`detail\` whose fields depend on the kind:

| Field | What it is |
| --- | --- |
| \`token\` | The id of the token that **acted**. A fact that nobody's call brought about has none. |
| \`tokenName\` | What that token was called then; rows from before format 2 do not tell. |
| \`application\` | The id of the application. |
| \`address\` | Where a call came from. |
| \`plugin\` | The plugin's name. |
| \`phone\` | \`PLUGIN:ID\`. |
| \`handle\` | The id of the handle. |
| \`result\`, \`code\` | The signed number of a telephony error, and its name if it has one. |

Whom a fact befell, unless it did so itself, stands in \`detail.subject\`: the id of a token. So
"what did this token do" is a question for \`token\`, and "what was done to it" one for \`detail.subject\`.

\`GET /v1/history/events\` filters by \`type\`, \`phone\`, \`application\`, \`token\` (it acted) and \`subject\` (it befell), and the export by
\`phone\`, \`from\` and \`to\`. Whoever asks by another field, or for both at once, takes the export, and looks there:

\`\`\`sh
curl -s -H "Authorization: Bearer $TOKEN" "$URL/v1/history/export?format=jsonl" > history.jsonl
jq -c --arg id "$ID" 'select(.kind == "event" and (.token == $id or .detail.subject == $id))' history.jsonl
\`\`\`

**Older rows** are told by their shape, for the version does not tell them. There \`tokenCreated\` and \`tokenRevoked\` name the token in \`detail.id\`, the first token of
an installation stands as its own maker, and \`handleClosed\` and \`applicationEnded\` have the token of the application
in \`token\` and nothing in \`detail.subject\`, whatever the cause; who released it, if anybody did, stands in \`detail.by\`. Rows are never
changed: the file has them as they were written, and answers and exports tell them as above.
`;

/** The page, as the text of its file. */
export function factsPageText(): Promise<string> {
  return formatted(
    `${PROSE}\n${Object.entries(FACTS).map(([type, kind]) => section(type, kind)).join("\n\n")}\n`,
    "md",
  );
}

function section(type: string, { tells, has, mayHave, detail }: FactKind): string {
  const fields = [
    ...has.map((field) => `\`${field}\``),
    ...mayHave.map((field) => `\`${field}\` where it is known`),
  ];
  const rows = Object.entries(detail).map(([name, field]) => {
    const [shape, may] = "optional" in field ? [field.optional, true] : [field, false];
    const schema = shape.schema(whole);
    return `| \`${name}\` | ${kindOf(schema)} | ${may ? "may be left out" : ""} | ${schema["description"] ?? ""} |`;
  });
  return [
    `## ${type}`,
    tells,
    ...fields.length > 0 ? [`Has ${fields.join(", ")}.`] : [],
    ...rows.length > 0
      ? [["| `detail` | Value | | What it is |", "| --- | --- | --- | --- |", ...rows].join("\n")]
      : [],
  ].join("\n\n");
}

/** A shape within another: written out, not referred to. */
function whole(inner: Shape<unknown>): JsonSchema {
  return inner.schema(whole);
}

function kindOf(schema: JsonSchema): string {
  const { type, const: only, enum: names, items, anyOf } = schema as {
    type?: string;
    const?: string;
    enum?: string[];
    items?: JsonSchema;
    anyOf?: JsonSchema[];
  };
  if (anyOf) return anyOf.map(kindOf).join(" or ");
  if (names || only) return (names ?? [only]).map((name) => `\`${name}\``).join(" ");
  return items ? `list of ${kindOf(items)}s` : type ?? "";
}

if (import.meta.main) await writePages({ "facts.md": await factsPageText() });
