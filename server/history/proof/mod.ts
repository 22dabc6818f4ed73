/**
 * Whether the history is still what was written: deriving its chain again, and what an auditor takes away of it.
 *
 * @module
 */
export { auditOf } from "./audit.ts";
export { ChainWalk, SLICE_ROWS, verifyChain } from "./verify.ts";
