/**
 * The drivers of virtual phones: operations take effect at once.
 *
 * @module
 */
import {
  type Driver,
  type DriverAnswer,
  type DriverContext,
  type DriverParameters,
  type DriverStatus,
  type HookSwitchDevice,
  type HookSwitchMode,
  type Host,
  type NewPhone,
  type PartialCapabilities,
  pause,
  type Phone,
  PhoneError,
} from "switchroom/plugin";
import { type Memory, newMemory } from "./memory.ts";
import { NextOperations } from "./next.ts";
import { type Action, readAction, refusal } from "./person.ts";

/** What a driver is made from. */
export interface VirtualPhoneOptions {
  id: string;
  host: Host;
  capabilities: PartialCapabilities;
}

/** Adds a phone with the driver of its model. */
export async function addVirtualPhone(
  host: Host,
  phone: NewPhone & { capabilities: PartialCapabilities; driver: typeof VirtualPhone },
): Promise<void> {
  const { driver: Model, ...offer } = phone;
  const driver = new Model({ id: offer.id, host, capabilities: offer.capabilities });
  driver.phone = await host.addPhone(offer, driver);
}

/** What every model can do: handset, buttons and lamps. */
export class VirtualPhone implements Driver {
  /** The phone that it reports with; there once the phone has been added. */
  phone: Phone | undefined;
  protected readonly capabilities: PartialCapabilities;
  protected readonly memory: Memory;
  protected readonly next = new NextOperations();
  readonly #id: string;
  readonly #host: Host;

  /** @param options What it is made from. */
  constructor({ id, host, capabilities }: VirtualPhoneOptions) {
    this.#id = id;
    this.#host = host;
    this.capabilities = capabilities;
    this.memory = newMemory(capabilities);
  }

  async devSpecific({ params }: DriverParameters["devSpecific"], context: DriverContext): Promise<void> {
    await this.#act(readAction(params), context);
  }

  async setButtonInfo(
    { button, ...meaning }: DriverParameters["setButtonInfo"],
    context: DriverContext,
  ): Promise<void> {
    await this.next.pass(context);
    this.memory.buttons.set(button, meaning);
  }

  async setHookSwitch({ devices, mode }: DriverParameters["setHookSwitch"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    for (const device of devices) this.memory.hooks[device] = mode;
  }

  async setVolume({ device, volume }: DriverParameters["setVolume"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    this.memory.volumes[device] = volume;
  }

  async setGain({ device, gain }: DriverParameters["setGain"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    this.memory.gains[device] = gain;
  }

  async setLamp({ lamp, mode }: DriverParameters["setLamp"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    this.memory.lamps.set(lamp, mode);
  }

  getStatus(): DriverStatus {
    const { hooks, volumes, gains, lamps } = this.memory;
    const status: DriverStatus = { lampModes: [...lamps].map(([lamp, mode]) => ({ lamp, mode })) };
    for (const device of this.capabilities.hookSwitchDevices ?? []) {
      status[`${device}HookSwitchMode`] = hooks[device];
      status[`${device}Volume`] = volumes[device];
      status[`${device}Gain`] = gains[device];
    }
    return status;
  }

  getHookSwitch(): DriverAnswer<"getHookSwitch"> {
    const devices = this.capabilities.hookSwitchDevices ?? [];
    return { offHook: devices.filter((device) => this.memory.hooks[device] !== "onHook") };
  }

  getVolume({ device }: { device: HookSwitchDevice }): DriverAnswer<"getVolume"> {
    return { volume: this.memory.volumes[device] };
  }

  getGain({ device }: { device: HookSwitchDevice }): DriverAnswer<"getGain"> {
    return { gain: this.memory.gains[device] };
  }

  getLamp({ lamp }: { lamp: number }): DriverAnswer<"getLamp"> {
    return { mode: this.memory.lamps.get(lamp) ?? "unknown" };
  }

  getButtonInfo({ button }: { button: number }): DriverAnswer<"getButtonInfo"> {
    const meaning = this.memory.buttons.get(button);
    if (!meaning) throw new PhoneError("INVALBUTTONLAMPID");
    return { ...meaning, state: meaning.mode === "dummy" ? "unavailable" : "up" };
  }

  #act(action: Action, context: DriverContext): Promise<void> | void {
    switch (action.do) {
      case "press":
        return this.#press(action, context);
      case "hook":
        this.#requireLink();
        if (!this.capabilities.hookSwitchDevices?.includes(action.device)) {
          throw refusal(`there is no ${action.device}`);
        }
        return this.#setHook(action.device, action.mode);
      case "connected":
        if (this.phone) this.phone.connected = action.connected;
        return;
      case "suspended":
        if (this.phone) this.phone.suspended = action.suspended;
        return;
      // Neither is waited for: both wait for this very operation to end.
      case "forceClose":
        return void this.phone?.forceClose();
      case "remove":
        this.#host.removePhone(this.#id).catch((error) => this.#host.log.warn(`${this.#id} stays: ${error}`));
        return;
      case "next":
        return this.next.set(action.next);
    }
  }

  /** A button that is held is let go when the operation is given up, too. */
  async #press({ button, holdMs }: { button: number; holdMs: number }, { signal }: DriverContext): Promise<void> {
    this.#requireLink();
    const mode = this.memory.buttons.get(button)?.mode ?? "dummy";
    if (mode === "dummy") throw refusal(`there is no button ${button}`);
    this.phone?.button(button, mode, "down");
    if (holdMs > 0) await pause(holdMs, signal);
    this.phone?.button(button, mode, "up");
    if (holdMs > 0) signal.throwIfAborted();
  }

  #setHook(device: HookSwitchDevice, mode: HookSwitchMode): void {
    if (this.memory.hooks[device] === mode) return;
    this.memory.hooks[device] = mode;
    this.phone?.changed({ [`${device}HookSwitch`]: mode });
  }

  /** What a person does at an unplugged phone is not heard. */
  #requireLink(): void {
    if (!this.phone?.connected) throw new PhoneError("OPERATIONFAILED", "The phone is unplugged; connect it first");
  }
}

/** A desk phone: it has a display, rings and keeps data, too. */
export class VirtualDeskPhone extends VirtualPhone {
  async setDisplay({ row, column, text }: DriverParameters["setDisplay"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    const { cells } = this.memory;
    let cell = row * this.#columns + column;
    for (const character of text) cells[cell++] = character;
  }

  async setRing({ mode, volume }: DriverParameters["setRing"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    this.memory.ring = { mode, volume };
  }

  async setData({ dataId, data }: DriverParameters["setData"], context: DriverContext): Promise<void> {
    await this.next.pass(context);
    const before = this.memory.areas[dataId];
    const area = new Uint8Array(before?.length ?? 0);
    area.set(data);
    this.memory.areas[dataId] = area;
    if (before?.toBase64() !== area.toBase64()) this.phone?.state("other");
  }

  override getStatus(): DriverStatus {
    const { ring } = this.memory;
    return { ...super.getStatus(), ringMode: ring.mode, ringVolume: ring.volume, display: this.getDisplay() };
  }

  getRing(): DriverAnswer<"getRing"> {
    return this.memory.ring;
  }

  getDisplay(): DriverAnswer<"getDisplay"> {
    const { cells } = this.memory;
    const columns = this.#columns;
    return {
      rows: Array.from({ length: cells.length / columns }, (_, row) => {
        return cells.slice(row * columns, (row + 1) * columns).join("");
      }),
    };
  }

  getData({ dataId }: { dataId: number }): DriverAnswer<"getData"> {
    return { data: this.memory.areas[dataId] ?? new Uint8Array() };
  }

  get #columns(): number {
    return this.capabilities.display?.columns ?? 0;
  }
}
