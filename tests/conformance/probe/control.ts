/**
 * The driver of the phone `control`: it does what a test says and gives the record back as data area 0.
 *
 * @module
 */
import { type Driver, type DriverParameters, type Host, type PartialCapabilities, PhoneError } from "switchroom/plugin";
import type { Command } from "./commands.ts";
import { ProbeDriver } from "./driver.ts";
import type { Recorder } from "./recorder.ts";

/** What every phone under test can do. */
const CAPABILITIES: PartialCapabilities = {
  states: ["lamp", "handsetHookSwitch", "ringMode", "other"],
  hookSwitchDevices: ["handset", "speaker"],
  hookSwitchModes: {
    handset: { settable: ["onHook", "mic", "speaker", "micSpeaker"], monitored: ["onHook", "micSpeaker"] },
    speaker: { settable: ["onHook", "micSpeaker"], monitored: [] },
  },
  volumeDevices: ["handset"],
  gainDevices: ["handset"],
  display: { rows: 1, columns: 8 },
  ringModes: 2,
  buttons: [{ id: 0, mode: "feature", lampModes: ["off", "steady", "wink"] }],
  setData: [16],
  getData: [16],
};

/** See the module. */
export class ControlDriver implements Driver {
  readonly #host: Host;
  readonly #recorder: Recorder;
  readonly #drivers = new Map<string, ProbeDriver>();

  /**
   * @param host Where phones are added.
   * @param recorder Keeps what happened.
   */
  constructor(host: Host, recorder: Recorder) {
    this.#host = host;
    this.#recorder = recorder;
  }

  getData(): { data: Uint8Array } {
    return { data: this.#recorder.bytes() };
  }

  async devSpecific({ params }: DriverParameters["devSpecific"]): Promise<void> {
    const command: Command = JSON.parse(new TextDecoder().decode(params));
    try {
      await this.#do(command);
    } catch (error) {
      // A test sees by the number that the SDK, and not the device, has refused.
      throw error instanceof TypeError ? new PhoneError("INVALPARAM", error.message) : error;
    }
  }

  /** Adds a phone under test. */
  async add(id: string, without: readonly string[] = []): Promise<void> {
    const driver = new ProbeDriver(id, this.#recorder);
    for (const method of without) Object.defineProperty(driver, method, { value: undefined });
    driver.phone = await this.#host.addPhone({ id, name: `Probe ${id}`, capabilities: CAPABILITIES }, driver);
    this.#drivers.set(id, driver);
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case "mark":
        return;
      case "exit":
        return Deno.exit(3);
      case "hang":
        for (;;);
      case "add":
        return await this.add(command.phone, command.without);
    }
    const driver = this.#drivers.get(command.phone);
    if (!driver?.phone) throw new TypeError(`The probe has no phone ${command.phone}`);
    const { phone } = driver;
    const done = (call: string) => () => this.#recorder.add({ phone: phone.id, call });
    switch (command.do) {
      case "remove":
        void this.#host.removePhone(phone.id).then(done("removed"));
        return;
      case "forceClose":
        void phone.forceClose().then(done("forceClosed"));
        return driver.letGo();
      case "plan":
        return driver.plan(command.call, command.plans);
      case "release":
        return driver.release(command.held, command.error);
      case "state":
        return phone.state(command.states, command.detail);
      case "button":
        return phone.button(command.button, command.mode, command.state);
      case "devSpecific":
        return phone.devSpecific(new TextEncoder().encode(command.text));
      case "connected":
        phone.connected = command.connected;
        return;
      case "capabilities":
        phone.capabilities = { ...phone.capabilities, ...command.capabilities };
        return;
      case "wanted":
        return this.#recorder.add({ phone: phone.id, call: "wanted", wanted: phone.wanted });
    }
  }
}
