/**
 * The probe: a plugin whose phones record every call that reaches them and do what a test tells them to, by way of a phone of their own, so that the
 * phone under test is not disturbed.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";
import { ControlDriver } from "./control.ts";
import { Recorder } from "./recorder.ts";

export default definePlugin<{ slowStartMs?: number; log?: boolean }>((host, { slowStartMs, log }) => {
  const recorder = new Recorder(log ? host.log.info : undefined);
  return {
    async start() {
      recorder.add({ phone: "", call: "start" });
      const control = new ControlDriver(host, recorder);
      const capabilities = { getData: [65_535] };
      recorder.control = await host.addPhone({ id: "control", name: "Control", capabilities }, control);
      await control.add("first");
      if (slowStartMs !== undefined) await new Promise((resolve) => setTimeout(resolve, slowStartMs));
      recorder.add({ phone: "", call: "started" });
    },
    stop() {
      recorder.add({ phone: "", call: "stop" });
    },
  };
});
