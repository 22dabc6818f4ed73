import type { Core } from "../../core/core.ts";
import type { OpenHistory } from "../../history/mod.ts";
import type { Host, PluginState } from "../../host/mod.ts";
import type { Health } from "../../http/mod.ts";

/** States whose reasons are the host's own words. The others' hold what a plugin printed, which is nobody's business who has no token. */
const TOLD: readonly PluginState[] = ["stopped", "needsGrant"];

/** What `readyz` says: ready when applications can work; degraded is said beside it. */
export function health(
  { core, host, opened, safe }: { core: Core; host: Host; opened: OpenHistory; safe: boolean },
): Health {
  const { settled, stopping } = core.condition;
  const { trouble } = opened.history;
  const plugins = host.states().filter(({ enabled }) => enabled).map(({ name, state, detail }) => ({
    name,
    state,
    reason: detail === "" || TOLD.includes(state) ? detail : "GET /v1/plugins says why",
  }));
  const reasons = [
    ...(stopping ? ["The server is stopping"] : []),
    ...(safe ? ["The server was started with --safe: it started no plugin"] : []),
    ...(settled ? [] : ["Plugins are still starting"]),
    ...(trouble === undefined ? [] : [trouble]),
    ...plugins.filter(({ state }) => state !== "ready").map(({ name, state, reason }) =>
      `Plugin ${name} is ${state}${reason && `: ${reason}`}`
    ),
  ];
  return {
    ready: settled && !stopping && trouble === undefined,
    durability: opened.durability,
    reasons,
    plugins: plugins.map(({ name, state, reason }) => ({ name, state, ...(reason ? { reason } : {}) })),
  };
}
