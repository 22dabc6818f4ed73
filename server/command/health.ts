import type { Core } from "../core/core.ts";
import type { OpenHistory } from "../history/mod.ts";
import type { Host } from "../host/mod.ts";
import type { Health } from "../http/mod.ts";

/** What `readyz` says: ready when applications can work; degraded is said beside it. */
export function health(
  { core, host, opened, safe }: { core: Core; host: Host; opened: OpenHistory; safe: boolean },
): Health {
  const { settled, stopping } = core.condition;
  const { trouble } = opened.history;
  const plugins = host.states().filter(({ enabled }) => enabled);
  const reasons = [
    ...(stopping ? ["The server is stopping"] : []),
    ...(safe ? ["The server was started with --safe: no plugin runs"] : []),
    ...(settled ? [] : ["Plugins are still starting"]),
    ...(trouble === undefined ? [] : [trouble]),
    ...plugins.filter(({ state }) => state !== "ready").map(({ name, state, detail }) =>
      `Plugin ${name} is ${state}${detail ? `: ${detail}` : ""}`
    ),
  ];
  return {
    ready: settled && !stopping && trouble === undefined,
    durability: opened.durability,
    reasons,
    plugins: plugins.map(({ name, state, detail }) => ({ name, state, ...(detail ? { reason: detail } : {}) })),
  };
}
