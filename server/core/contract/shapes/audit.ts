/**
 * The history as an auditor takes it, as it is answered.
 *
 * @module
 */
import type { Checkpoint as NewestBlock, Verdict as Found } from "../history.ts";
import { about, base64, exactly, flag, object, optional, type Shape, text } from "../shape.ts";
import { Count, Time } from "./names.ts";

const block = about(Count, { description: "The number of a block." });

/** A checkpoint. */
export const Checkpoint: Shape<NewestBlock> = about(
  exactly<NewestBlock>()(object({
    historyId: about(text, { description: "Names the history: random, never changed." }),
    block,
    hash: about(text, { description: "SHA-256 in lower-case hex, over this block and all before." }),
    at: Time,
    key: optional(
      about(base64, { description: "The public key that it is signed with (Ed25519), where one is configured." }),
    ),
    signature: optional(about(base64, { description: "The signature of its line, as history-format.md has it." })),
    timestamp: optional(
      about(base64, { description: "A time stamp of its line (RFC 3161): not in what is answered." }),
    ),
  })),
  {
    name: "Checkpoint",
    description: "The newest block. Kept elsewhere, it shows later whether the history is still the same.",
    examples: [{
      historyId: "000102030405060708090a0b0c0d0e0f",
      block: 2,
      hash: "e1cf0a1e3d0f57312dc42c561bc7f5587a4de2d35776ca423dc1a93ec50bc98a",
      at: "2026-03-01T09:30:00.000Z",
    }],
  },
);

/** What a check found. */
export const Verdict: Shape<Found> = about(
  exactly<Found>()(object({
    ok: about(flag, {
      description:
        "Whether every row is as it was written, every checkpoint in the chain, and nothing beside it wrong.",
    }),
    from: optional(about(Count, { description: "The block that was taken for right, if the check began behind one." })),
    blocks: about(Count, { description: "How many blocks are right, from the first that was looked at on." }),
    records: about(Count, { description: "How many rows they cover." }),
    unsealed: optional(
      about(Count, { description: "How many rows lie behind the newest block, where there are any." }),
    ),
    firstBad: optional(
      about(object({ block, row: optional(Count), problem: text }), {
        description: "The first block that is wrong or missing, the row where it is one, and in what.",
      }),
    ),
    beside: optional(
      about(text, {
        description: "What is wrong beside a chain that is right: a table, trigger or index that is not as it was " +
          "made, or a token that is not as its facts tell.",
      }),
    ),
  })),
  { name: "Verdict", examples: [{ ok: true, blocks: 3, records: 5 }] },
);
