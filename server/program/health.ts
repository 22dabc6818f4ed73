import type { Checkpoints } from "../checkpoints/mod.ts";
import type { PluginState } from "../core/contract/managed_plugin.ts";
import { timeText } from "../core/contract/time.ts";
import type { Lifecycle } from "../core/mod.ts";
import type { HeldLog, OpenHistory } from "../history/mod.ts";
import { type Host, NOT_YET, saysExceeded, STOPPED_BECAUSE } from "../host/mod.ts";
import type { Health } from "../http/mod.ts";
import { given } from "../tools/mod.ts";

/**
 * Reasons that may be told without a token. The others hold lines of a plugin's code, what it printed, or paths of this
 * machine.
 */
const TOLD: readonly string[] = Object.values(STOPPED_BECAUSE);

/** What helps where the history's file was taken away. */
const END_IT = "end the server, which copies all that it has, and says where";

/** What `readyz` says: ready when applications can work; degraded is said beside it. */
export function health(
  { lifecycle, host, opened, checkpoints, safe }: {
    lifecycle: Lifecycle;
    host: Host;
    opened: OpenHistory;
    checkpoints: Checkpoints;
    safe: boolean;
  },
): Health {
  const { settled, stopping } = lifecycle.condition;
  const { accepted, history: { trouble } } = opened;
  const { broken, checked, failed } = opened.chain();
  const held = opened.heldLog();
  const plugins = host.conditions().filter(({ enabled }) => enabled).map(({ name, state, detail, nextTryAt }) => ({
    name,
    state,
    ...given({ reason: reasonOf(state, detail), nextTryAt }),
  }));
  const reasons = [
    ...(stopping ? ["The server is stopping"] : []),
    ...(safe ? ["The server was started with --safe: it started no plugin"] : []),
    ...(settled ? [] : ["Plugins are still starting"]),
    ...(trouble === undefined ? [] : [trouble === opened.displaced() ? `${trouble}: ${END_IT}` : trouble]),
    ...(accepted === undefined ? [] : [`The history was taken as it is, as its operator chose: ${accepted}`]),
    ...(held === undefined ? [] : [heldWords(held)]),
    ...(broken === undefined ? [] : [`The history is not as it was written: ${broken}`]),
    // In words of our own: SQLite's may hold a path.
    ...(failed === undefined ? [] : ["The chain of the history could not be checked: the log says why"]),
    ...checkpoints.states.filter(({ failing }) => failing).map(({ target }) =>
      `Checkpoints cannot be ${
        target === "timestamps" ? "stamped by" : "brought to"
      } checkpoints.${target}: the log says why`
    ),
    ...plugins.filter(({ state }) => state !== "ready").map(({ name, state, reason, nextTryAt }) =>
      `Plugin ${name} is ${state}${reason ? `: ${reason}` : ""}${nextTryAt ? `; the next try is at ${nextTryAt}` : ""}`
    ),
  ];
  return {
    ready: settled && !stopping && trouble === undefined,
    durability: opened.durability,
    reasons,
    chain: {
      state: broken !== undefined ? "broken" : checked === undefined ? "unchecked" : "whole",
      ...(checked && { checkedAt: timeText(checked.at), ...given({ block: newestOf(checked) }) }),
    },
    plugins,
  };
}

/** The last block that was found right. */
function newestOf({ blocks }: { blocks: number }): number | undefined {
  return blocks === 0 ? undefined : blocks - 1;
}

function heldWords({ bytes, readers }: HeldLog): string {
  const who = readers.length === 0 ? "somebody" : `process ${readers.join(", ")}`;
  return `The history's write-ahead log cannot be cut back: ${who} has been reading all the while, ` +
    `and ${Math.floor(bytes / 1_048_576)} MiB wait behind`;
}

/** Why a plugin is as it is, for anybody; the line that grants it what it needs is told too. */
function reasonOf(state: PluginState, detail: string): string | undefined {
  if (detail === "") return undefined;
  if (state === "needsGrant" || TOLD.includes(detail) || saysExceeded(detail)) return detail;
  const elsewhere = "GET /v1/plugins says why";
  return detail.startsWith(NOT_YET) ? `${NOT_YET}; ${elsewhere}` : elsewhere;
}
