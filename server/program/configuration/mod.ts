/**
 * What an operator says: the configuration file, and the flags that overrule it.
 *
 * @module
 */
export type { Address } from "./address.ts";
export { CONFIGURATION_VERSION, configurationFile } from "./file.ts";
export { readConfiguration } from "./read.ts";
export type { Configuration, Flags, TlsFiles } from "./read.ts";
