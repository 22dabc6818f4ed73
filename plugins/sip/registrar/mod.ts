/**
 * Where phones are, and whose they are: the registrar (RFC 3261 10) and what it admits.
 *
 * @module
 */
export { foldedLog } from "./folded_log.ts";
export { openRegistrar } from "./open_registrar.ts";
export {
  type Account,
  type Binding,
  type BindingChange,
  type BindingChangeReason,
  DEFAULT_REGISTRAR_BOUNDS,
  type Rate,
  type Registrar,
  type RegistrarBounds,
  type RegistrarOptions,
} from "./registrar.ts";
