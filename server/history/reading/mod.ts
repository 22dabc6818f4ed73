/**
 * What the history answers: questions and exports, as queries over the tables of `sqlite/`, and the records and facts
 * that rows become.
 *
 * @module
 */
export { readExport, type SlicedExport } from "./export_page.ts";
export { readEvents, readRequest, readRequests, type Slice } from "./questions.ts";
