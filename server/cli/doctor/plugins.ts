/**
 * The plugins, as a start would find them.
 *
 * @module
 */
import { examinePlugin, leftPlugins, nameOfPlugin, PluginRefusal } from "../../host/mod.ts";
import { about, type Check, type Finding } from "./check.ts";

/** Whether every enabled plugin could be started. */
export const checkPlugins: Check = async ({ configuration }) => {
  if (configuration === undefined) return [];
  const found: Finding[] = [];
  const names = new Set<string>();
  for (const plugin of configuration.plugins) {
    const name = await nameOfPlugin(plugin);
    const { good, odd, bad } = about(`plugin ${name}`);
    if (plugin.enabled === false) {
      found.push(odd("It is not enabled", 'Nothing, or "enabled": true in the configuration'));
      continue;
    }
    try {
      const { version } = await examinePlugin(plugin, { startMs: configuration.host.startMs });
      found.push(
        names.has(name)
          ? bad(`There are two plugins named ${name}: no server starts`, 'Give one another "name"')
          : good(`${name} ${version}`),
      );
      names.add(name);
    } catch (error) {
      // The words of a refusal say what would be right.
      if (!(error instanceof PluginRefusal)) throw error;
      found.push(bad(error.message));
    }
  }
  return found;
};

/** Whether a killed server left processes behind. */
export const checkLeftovers: Check = async ({ data, owner }) => {
  const { good, odd } = about("processes");
  if (owner !== undefined) return [];
  const left = await leftPlugins(data);
  if (left.length === 0) return [good("No plugin runs without a server")];
  return [odd(`Plugins of a killed server still run: ${left.join(", ")}`, "The next start ends them")];
};
