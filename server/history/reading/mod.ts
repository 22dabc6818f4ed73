/**
 * What rows become for those who read the history: records, facts, and the lines of an export; of no engine. Each store
 * asks its own questions, and makes its answers here.
 *
 * @module
 */
export { blockLine, CHAIN_EXPORT, type ChainLine, chainLine, type Opening, opening } from "./chain_lines.ts";
export { EXPORT_LINES, type ExportEntry } from "./export_lines.ts";
export { toEvent, toRecord, withDamage } from "./record.ts";
