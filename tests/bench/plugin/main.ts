/**
 * A phone whose operations do nothing: what is measured is the way to it and back.
 *
 * @module
 */
import { definePlugin, type Driver } from "switchroom/plugin";

const driver: Driver = {
  devSpecific() {},
  setLamp() {},
};

export default definePlugin((host) => ({
  async start() {
    const capabilities = {
      buttons: [{ id: 12, mode: "feature" as const, lampModes: ["off" as const, "steady" as const] }],
    };
    await host.addPhone({ id: "phone", name: "Bench phone", capabilities }, driver);
  },
}));
