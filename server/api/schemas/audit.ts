/**
 * The history as an auditor takes it, as it is answered.
 *
 * @module
 */
import { z } from "zod";
import type { Checkpoint as NewestBlock, Verdict as Found } from "../../core/contract/history.ts";
import { schemaOf } from "./agree.ts";
import { Time } from "./names.ts";

const block = z.int().min(0).meta({ description: "The number of a block." });

/** A checkpoint. */
export const Checkpoint = schemaOf<NewestBlock>()(
  z.object({
    historyId: z.string().meta({ description: "Names the history: random, never changed." }),
    block,
    hash: z.string().meta({ description: "SHA-256 in lower-case hex, over this block and all before." }),
    at: Time,
  }).meta({
    id: "Checkpoint",
    description: "The newest block. Kept elsewhere, it shows later whether the history is still the same.",
    examples: [{
      historyId: "000102030405060708090a0b0c0d0e0f",
      block: 2,
      hash: "e1cf0a1e3d0f57312dc42c561bc7f5587a4de2d35776ca423dc1a93ec50bc98a",
      at: "2026-03-01T09:30:00.000Z",
    }],
  }),
);

/** What a check found. */
export const Verdict = schemaOf<Found>()(
  z.object({
    ok: z.boolean().meta({ description: "Whether every row is as it was written, and every checkpoint in the chain." }),
    blocks: z.int().min(0).meta({ description: "How many blocks are right, from the first on." }),
    records: z.int().min(0).meta({ description: "How many rows they cover." }),
    firstBad: z.object({ block, problem: z.string() }).exactOptional().meta({
      description: "The first block that is wrong or missing, and in what.",
    }),
  }).meta({ id: "Verdict", examples: [{ ok: true, blocks: 3, records: 5 }] }),
);
