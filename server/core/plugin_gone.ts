import { PhoneError } from "./contract/errors.ts";

/** What waits for an answer of a plugin is told when its process ends first. Only the host can say so: a driver's error of the same number says something else. */
export class PluginGone extends PhoneError {
  /** Makes the error. */
  constructor() {
    super("RESOURCEUNAVAIL", "The plugin's process has ended");
  }
}
