/**
 * How a plugin's module says what it is.
 *
 * @module
 */
import type { Host } from "./host.ts";

/**
 * What a plugin's author implements, beside the drivers of its phones.
 *
 * The host leads a plugin through its life. Every process of the plugin lives it from the beginning, and knows nothing
 * of the one before. The times are those that hold unless they are configured.
 *
 * 1. *Looked at.* The host reads the plugin's folder anew: its manifest, what the operator configured and granted, and
 *    all that it imports. Whatever is wrong there is told to the operator, and nothing of the plugin runs.
 * 2. *Loaded.* A process is launched and evaluates the module, once. From here on the plugin has 10 seconds until step
 *    5. A module that throws ends its process; one whose default export is not what `definePlugin` gives is not tried
 *    again.
 * 3. *Made.* The factory that `definePlugin` was given is called, once, with the host and the configuration, in which
 *    the manifest's defaults stand for what was left out.
 * 4. *Started.* When the factory has given the plugin, `start` is called, once. Here it adds its phones: the server
 *    takes each in, but nobody can open one yet, so no method of a driver is called before step 5.
 *
 *    If the factory or `start` rejects, or the 10 seconds are over, the host kills the process where it stands:
 *    **`stop` is not called, nor `close` of any driver.** What would outlive the process must be let go of before
 *    rejecting. The phones stay, disconnected. What the rejection says decides what comes next:
 *    - `PluginUnavailable`: what it needs is not there yet. Another process begins with step 1 after a pause, which
 *      grows each time up to five minutes, for as long as the server lives. It is no crash.
 *    - `PluginUnavailable` with `retry: false`, and a phone that `Host.addPhone` could never add (an id, a name or
 *      capabilities that are not valid): it is not tried again before its operator starts it.
 *    - Anything else, and the 10 seconds: it goes on as after a crash, in step 7.
 *
 *    Whichever it is, the server waits no longer for it to be ready, and its phones come later.
 * 5. *Ready*, when `start` has fulfilled and every phone that it added is taken in, waited for or not. Phones can be
 *    opened now; one that is added later, at once. Each phone goes its own way, again and again, and waits for no
 *    other: its driver's `open`, then operations and getters, then `close`, when the last handle is closed or the phone
 *    is removed.
 *    - Operations and getters overlap, those of one phone too, but not two operations that set the same thing.
 *    - `open` and `close` of one phone take turns, and no operation is under way during either: before a `close` every
 *      signal is aborted, and every operation ends and is completed. Only a getter may still be under way.
 *    - An `open` that takes longer than 10 seconds has failed for whoever asked, and is followed by a `close`.
 *    - A close has 4 seconds. What has not ended by then is completed as lost, and the process is killed.
 *    - An operation past its deadline is completed as timed out. Its signal is aborted, and the plugin lives.
 *    - After `Phone.forceClose` the driver's `close` is not called: there the device has let go by itself.
 * 6. *Stopped*, by its operator, who may also have it reloaded, or by the end of the server. Every open phone is closed
 *    as in step 5, all at once; what was outstanding is completed, and its handles are told PHONE_CLOSE. Then `stop` is
 *    called, once. It has 2 seconds, after which the process is killed. Once it has ended, and be it by rejecting,
 *    which is logged, the process ends at once, whatever else is under way in it.
 *
 *    A stop may come before step 5: then `stop` is called while `start` is still under way. During step 3 there is
 *    nothing yet to be called.
 * 7. *Ended otherwise.* A process that ends by itself or by an error that nobody caught has crashed; one that misses
 *    three heartbeats of a second, breaks the rules of the wire or keeps no deadline is killed. **Nothing is called any
 *    more.** Its requests are completed as lost, its handles told PHONE_CLOSE, its phones disconnected. After a pause
 *    that grows each time another process begins with step 1. A phone that it adds under an id that is known is the
 *    same phone, connected again; one that it does not add stays disconnected, or is removed if the operator had it
 *    reloaded. The third time within five minutes the plugin is given up, until its operator starts it.
 *
 *    If it is the server that ends without stopping anything, the process ends by itself, as abruptly.
 */
export interface Plugin {
  /** Adds the phones, in step 4. What it rejects with says whether another process is tried, and when. */
  start?(): Promise<void> | void;
  /** Lets go of everything, in step 6: every phone is closed by then. Not called after a failed start or a crash. */
  stop?(): Promise<void> | void;
}

/** Makes a plugin of the host and the configuration, in step 3 of the life of a {@linkcode Plugin}. */
export type PluginFactory<Config> = (host: Host, config: Config) => Plugin | Promise<Plugin>;

/** What {@linkcode definePlugin} gives: opaque, to be the default export of the plugin's entry. */
export type PluginDefinition = Readonly<Record<never, never>>;

const FACTORIES = new WeakMap<object, PluginFactory<unknown>>();

/**
 * Defines a plugin; its result is the default export of the module that the manifest names as `entry`.
 *
 * @example A plugin with one phone
 * ```ts
 * import { definePlugin } from "./mod.ts";
 *
 * export default definePlugin<{ name?: string }>((host, config) => ({
 *   async start() {
 *     await host.addPhone({ id: "desk-1", name: config.name ?? "Desk 1" }, {
 *       setLamp: ({ lamp, mode }) => host.log(`lamp ${lamp} is ${mode}`),
 *     });
 *   },
 * }));
 * ```
 *
 * @param factory Makes the plugin; called once in each process with the host and the operator's configuration, in which
 * the defaults of the manifest's schema stand for what was left out.
 */
export function definePlugin<Config = Record<string, never>>(
  factory: PluginFactory<Config>,
): PluginDefinition {
  const definition = Object.freeze({});
  FACTORIES.set(definition, (host, config) => factory(host, config as Config));
  return definition;
}

/** The factory of a plugin's default export, or undefined if that was not made by {@linkcode definePlugin}. */
export function factoryOf(definition: unknown): PluginFactory<unknown> | undefined {
  return typeof definition === "object" && definition !== null ? FACTORIES.get(definition) : undefined;
}
