/**
 * The history as an auditor takes it: whole, and held against its hashes.
 *
 * @module
 */
import { z } from "zod";
import { phonesOf, requireUnlimited, requireValid } from "../../access/mod.ts";
import { fit, integer, must, quota, text } from "../../api/mod.ts";
import { EXPORT_FORMATS } from "../../core/contract/history.ts";
import { Checkpoint, Verdict } from "../../core/contract/shapes/mod.ts";
import { json, JSON_HEADERS, SAFE_HEADERS } from "../answering/answer.ts";
import { exportBody } from "../answering/export_body.ts";
import { slowJson } from "../answering/slow_answer.ts";
import { oneOf, readQuery, time } from "../reading/query.ts";
import { anyBodyOf, callerOf, type Endpoint } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

const MEDIA = {
  jsonl: "application/jsonl",
  csv: "text/csv; charset=utf-8; header=present",
  chain: "application/jsonl",
} as const;

/** How the name of a file ends. */
const ENDINGS = { jsonl: "jsonl", csv: "csv", chain: "chain.jsonl" } as const;

/** One reader answers all of them, and each may hold some 128 KiB for a client that does not read. */
const EXPORTS = { most: 8, each: 2 };
/** Each is a worker that reads the whole file. */
const CHECKS = { most: 2, each: 1 };
const BOM = "\uFEFF";
const STALL_MS = 60_000;
/** What is wrong with it, and the word for all of it, is of phones that a limited token may not see. */
const CHAIN = "The chain is";

const hex = (digits: number) =>
  text.regex(new RegExp(`^[0-9a-f]{${digits}}$`), must(`${digits} lower-case hex digits`));

const ExportQuery = z.strictObject({
  format: oneOf(EXPORT_FORMATS).default("jsonl"),
  bom: oneOf(["true", "false"]).default("false").meta({
    description:
      "Whether the CSV begins with a byte order mark, by which Excel knows that it is UTF-8; JSON never does.",
  }),
  phone: z.string().exactOptional(),
  from: time.exactOptional().meta({ description: "Accepted, or happened, at or after." }),
  to: time.exactOptional().meta({ description: "Accepted, or happened, before." }),
});

/** A checkpoint, whatever stands in it beside. */
const Kept = z.object({
  historyId: hex(32).exactOptional(),
  block: integer(0, Number.MAX_SAFE_INTEGER),
  hash: hex(64),
}).meta({ additionalProperties: {} });

/** Checkpoints that one check is given: as many as a body holds. */
const MOST_KEPT = 400;

const CheckBody = z.strictObject({
  checkpoint: Kept.exactOptional().meta({
    description: "What was kept of an earlier answer of `GET /v1/history/checkpoint`: it must be in the chain.",
  }),
  checkpoints: z.array(Kept).max(MOST_KEPT).exactOptional().meta({ description: "Several of them." }),
  from: Kept.exactOptional().meta({
    description:
      "A checkpoint whose block is taken for right, if it has that hash: what stands before it is not looked at.",
  }),
});

/** The routes of the audit. */
export function auditEndpoints(
  { audit, tokens, clock, bounds, reads }: Pick<AppPorts, "audit" | "tokens" | "clock" | "bounds" | "reads">,
): Endpoint[] {
  const beginExport = quota("exports", EXPORTS);
  const beginCheck = quota("checks of the chain", CHECKS);
  return [
    {
      method: "GET",
      path: "/v1/history/export",
      scope: "history:read",
      description: {
        id: "exportHistory",
        tag: "history",
        summary: "Export the history",
        description:
          "Requests and other facts as they stood at the newest block when it began, oldest first. In JSON " +
          'Lines each is `{"kind": "request", …}` with the fields of a record, or `{"kind": "event", …}`; a request ' +
          "stands where it was accepted. The CSV has one header for both; a text that a spreadsheet could take for a " +
          "formula begins with an apostrophe there. As chain it is every block with its rows as they are hashed, by which " +
          "somebody elsewhere proves it alone; of rows that a filter leaves out their hashes stand there (see " +
          "history-format.md). An export that cannot be read to its end is cut off. A token that " +
          "is limited to phones is given what concerns these.",
        query: ExportQuery,
        answers: {
          200: {
            description: "The export, as it is read.",
            media: [...new Set(Object.values(MEDIA))],
            headers: ["Content-Disposition"],
          },
        },
        problems: ["REQUESTOVERRUN", "RESOURCEUNAVAIL"],
      },
      async serve(call) {
        const { context, token } = call;
        const { format, bom, ...filter } = readQuery(context.req.url, ExportQuery);
        const headers = { "content-type": MEDIA[format], ...SAFE_HEADERS };
        // Up to which block it goes is known when one begins, which seals what has been written.
        if (context.req.method === "HEAD") return new Response(null, { headers });
        const ended = beginExport(token.id);
        try {
          const { upTo, pieces } = await audit.export({ ...filter, ...phonesOf(token) }, format);
          const name = token.phones === null ? `history-${upTo.historyId}-to-block-${upTo.block}` : "history";
          let before = bom === "true" && format === "csv" ? BOM : "";
          const next = async () => {
            // It may take long: a token that is revoked meanwhile gets no more.
            requireValid(token, tokens);
            const piece = await pieces.next();
            if (piece.done) return piece;
            const value = before + piece.value;
            before = "";
            return { value };
          };
          const body = await exportBody({ next }, { clock, stallMs: STALL_MS, ended });
          reads.count("export", callerOf(call));
          return new Response(body, {
            headers: { ...headers, "content-disposition": `attachment; filename="${name}.${ENDINGS[format]}"` },
          });
        } catch (error) {
          ended();
          throw error;
        }
      },
    },
    {
      method: "GET",
      path: "/v1/history/checkpoint",
      scope: "history:read",
      description: {
        id: "readCheckpoint",
        tag: "history",
        summary: "Read the newest head of the chain",
        description: "It tells of every phone: a token that is limited to phones is refused.",
        answers: { 200: { description: "The newest block that is on disk.", body: Checkpoint } },
      },
      async serve(call) {
        requireUnlimited(call.token, CHAIN);
        // RFC 9110, 9.3.2: what only the content would tell may be left out. One is made by a block, and read as a fact.
        if (call.context.req.method === "HEAD") return new Response(null, { headers: JSON_HEADERS });
        const checkpoint = await audit.checkpoint();
        reads.count("checkpoint", callerOf(call));
        return json(checkpoint);
      },
    },
    {
      method: "POST",
      path: "/v1/history/verify",
      scope: "history:read",
      description: {
        id: "verifyHistory",
        tag: "history",
        summary: "Check the chain",
        description:
          "Derives every block from its rows again, beside all other work; one check of each token at a time. It takes " +
          "as long as the history is and ends when its client hangs up; the answer begins at once, with white space. " +
          "It tells of every phone: a token that is limited to phones is refused. The body may be left out.",
        body: CheckBody,
        optionalBody: true,
        answers: { 200: { description: "What was found.", body: Verdict } },
        problems: ["REQUESTOVERRUN"],
      },
      async serve(call) {
        const { token } = call;
        requireUnlimited(token, CHAIN);
        const asked = fit(await anyBodyOf(call, bounds) ?? {}, { shape: CheckBody, place: "body" });
        const { checkpoint, checkpoints = [], from } = asked;
        const kept = checkpoint ? [...checkpoints, checkpoint] : checkpoints;
        requireValid(token, tokens);
        const ended = beginCheck(token.id);
        reads.count("verify", callerOf(call));
        return slowJson(
          (signal) => audit.verify({ signal, kept, ...(from && { from }) }).finally(ended),
          { clock, beatMs: bounds.beatMs },
        );
      },
    },
  ];
}
