/**
 * The command line: its table of commands, how it is read by that table, and what it prints.
 *
 * @module
 */
import { completionOf } from "./commands/completion.ts";
import { doctor } from "./commands/doctor.ts";
import { historyCheckpoint, historyKey } from "./commands/history_checkpoint.ts";
import { historyEvents, historyList, historyShow } from "./commands/history.ts";
import { historyExport } from "./commands/history_export.ts";
import { historyVerify } from "./commands/history_verify.ts";
import { migrateStatus, migrateUp } from "./commands/migrate.ts";
import { phoneGet, phoneList, phoneShow } from "./commands/phone.ts";
import { pluginList, pluginLog, pluginReload, pluginStart, pluginStop } from "./commands/plugin.ts";
import { request } from "./commands/request.ts";
import { serve } from "./commands/serve.ts";
import { upgradeBack, upgradeCheck } from "./commands/upgrade.ts";
import { tokenCreate, tokenFirst, tokenList, tokenRevoke, tokenRotate } from "./commands/token.ts";
import type { Command } from "./parsing/command.ts";

export { help, keyUsage, optionUsage, usage, withChoices } from "./help.ts";
export { print, printAside } from "./output.ts";
export { readArguments } from "./parsing/arguments.ts";
export { type Command, COMMON_OPTIONS } from "./parsing/command.ts";

/** Every command, in the order of help: what the command line is read by, and shells complete. */
export const COMMANDS: readonly Command[] = [
  serve,
  phoneList,
  phoneShow,
  phoneGet,
  request,
  historyList,
  historyShow,
  historyEvents,
  historyVerify,
  historyCheckpoint,
  historyKey,
  historyExport,
  pluginList,
  pluginLog,
  pluginStart,
  pluginStop,
  pluginReload,
  tokenFirst,
  tokenCreate,
  tokenList,
  tokenRotate,
  tokenRevoke,
  migrateStatus,
  migrateUp,
  upgradeCheck,
  upgradeBack,
  doctor,
  completionOf(() => COMMANDS),
];
