import { createCore } from "../../server/core/mod.ts";
import { ItemTurns } from "../../server/plugin/item_turns.ts";
import type { Subject } from "./run.ts";

/** What the server and its plugins run with. */
export const REAL: Subject = { createCore, ItemTurns };
