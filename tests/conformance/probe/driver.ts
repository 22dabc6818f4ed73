/**
 * The driver of a phone under test: it records every call and goes by its plans.
 *
 * @module
 */
import {
  type Driver,
  type DriverContext,
  type DriverParameters,
  type DriverStatus,
  type HookSwitchMode,
  type Phone,
  PhoneError,
} from "switchroom/plugin";
import type { Plan } from "./commands.ts";
import type { Recorder } from "./recorder.ts";

/** See the module. */
export class ProbeDriver implements Driver {
  /** Many tests hold several of these at once; the others are ordered (R101). */
  readonly overlapping = ["setLamp", "setVolume"] as const;
  readonly #id: string;
  readonly #recorder: Recorder;
  readonly #plans = new Map<string, Plan[]>();
  readonly #held = new Map<number | string, PromiseWithResolvers<void>>();
  #hook: HookSwitchMode = "onHook";
  #claimed = false;
  /** The phone that it drives, once it has been added. */
  phone: Phone | undefined;

  /**
   * @param id The phone's id.
   * @param recorder Takes every call.
   */
  constructor(id: string, recorder: Recorder) {
    this.#id = id;
    this.#recorder = recorder;
  }

  /** Says how the next calls of a method go. */
  plan(call: string, plans: Plan[]): void {
    this.#plans.set(call, [...plans]);
  }

  /** Lets a held call go on. */
  release(held: number | string, error: Plan["error"]): void {
    const waiting = this.#held.get(held);
    if (!waiting) throw new Error(`Cannot release ${held} of phone ${this.#id}: it is not held`);
    this.#held.delete(held);
    if (error === undefined) waiting.resolve();
    else waiting.reject(errorOf(error));
  }

  /** Claims the device, which one opening at a time can have. */
  async open(): Promise<void> {
    await this.#pass("open");
    if (this.#claimed) throw new PhoneError("ALLOCATED", `The device of ${this.#id} has not been released`);
    this.#claimed = true;
  }

  close(): Promise<void> {
    this.letGo();
    return this.#pass("close");
  }

  /** Releases the device. */
  letGo(): void {
    this.#claimed = false;
  }

  devSpecific(params: DriverParameters["devSpecific"], context: DriverContext): Promise<void> {
    return this.#pass("devSpecific", { params: { params: params.params.toBase64() }, context });
  }

  setButtonInfo({ devSpecific: _, ...params }: DriverParameters["setButtonInfo"], context: DriverContext) {
    return this.#pass("setButtonInfo", { params, context });
  }

  setData({ dataId, data }: DriverParameters["setData"], context: DriverContext): Promise<void> {
    return this.#pass("setData", { params: { dataId, data: data.toBase64() }, context });
  }

  setDisplay(params: DriverParameters["setDisplay"], context: DriverContext): Promise<void> {
    return this.#pass("setDisplay", { params, context });
  }

  setGain(params: DriverParameters["setGain"], context: DriverContext): Promise<void> {
    return this.#pass("setGain", { params, context });
  }

  async setHookSwitch(params: DriverParameters["setHookSwitch"], context: DriverContext): Promise<void> {
    await this.#pass("setHookSwitch", { params, context });
    if (params.devices.includes("handset")) this.#hook = params.mode;
  }

  setLamp(params: DriverParameters["setLamp"], context: DriverContext): Promise<void> {
    return this.#pass("setLamp", { params, context });
  }

  setRing(params: DriverParameters["setRing"], context: DriverContext): Promise<void> {
    return this.#pass("setRing", { params, context });
  }

  setVolume(params: DriverParameters["setVolume"], context: DriverContext): Promise<void> {
    return this.#pass("setVolume", { params, context });
  }

  async getStatus(): Promise<DriverStatus> {
    await this.#pass("getStatus");
    return { handsetHookSwitchMode: this.#hook };
  }

  async getHookSwitch() {
    await this.#pass("getHookSwitch");
    return { offHook: this.#hook === "onHook" ? [] : ["handset" as const] };
  }

  async getRing() {
    await this.#pass("getRing");
    return { mode: 0, volume: 1_000 };
  }

  async getDisplay() {
    await this.#pass("getDisplay");
    return { rows: ["probe   "] };
  }

  async getVolume() {
    await this.#pass("getVolume");
    return { volume: 2_000 };
  }

  async getGain() {
    await this.#pass("getGain");
    return { gain: 3_000 };
  }

  async getLamp() {
    await this.#pass("getLamp");
    return { mode: "off" as const };
  }

  async getButtonInfo() {
    await this.#pass("getButtonInfo");
    return { mode: "feature" as const, function: "hold" as const, text: "Hold", state: "up" as const };
  }

  async getData() {
    await this.#pass("getData");
    return { data: new Uint8Array([1, 2, 3]) };
  }

  async #pass(call: string, asked?: { params: object; context: DriverContext }): Promise<void> {
    const requestId = asked?.context.requestId;
    this.#recorder.add({
      phone: this.#id,
      call,
      ...requestId !== undefined && { requestId },
      ...asked && { params: { ...asked.params } },
    });
    const plan = this.#plans.get(call)?.shift();
    if (plan?.release) { for (const held of this.#held.keys()) this.release(held, undefined); }
    if (plan?.error !== undefined) throw errorOf(plan.error);
    if (plan?.hold) await this.#hold(requestId ?? call, { plan, context: asked?.context });
  }

  #hold(held: number | string, { plan, context }: { plan: Plan; context: DriverContext | undefined }): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#held.set(held, waiting);
    context?.signal.addEventListener("abort", () => {
      this.#recorder.add({ phone: this.#id, call: "abort", requestId: context.requestId });
      const { onAbort } = plan;
      if (onAbort === "ignore") return;
      this.#held.delete(held);
      if (onAbort === "fulfil") waiting.resolve();
      else waiting.reject(onAbort === undefined ? context.signal.reason : new PhoneError(onAbort));
    });
    return waiting.promise;
  }
}

function errorOf(error: NonNullable<Plan["error"]>): Error {
  return error === "throw" ? new Error("The driver has a fault of its own") : new PhoneError(error);
}
