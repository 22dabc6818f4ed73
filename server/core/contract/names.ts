/**
 * The names of the telephone contract, in the one spelling that travels over HTTP, the socket, the wire to plugins and
 * into the history.
 *
 * Each list is in the order of the contract's bits (contract, section 7).
 *
 * @module
 */

/** The hookswitch devices of a phone (PHONEHOOKSWITCHDEV_, contract 7.3). */
export const HOOKSWITCH_DEVICES = ["handset", "speaker", "headset"] as const;

/**
 * The modes of a hookswitch device (PHONEHOOKSWITCHMODE_, contract 7.3). `unknown` is a description, never a setting.
 */
export const HOOKSWITCH_MODES = [
  "onHook",
  "mic",
  "speaker",
  "micSpeaker",
  "unknown",
] as const;

/** The modes of a lamp (PHONELAMPMODE_, contract 7.3). `dummy` and `unknown` are descriptions, never settings (Q15). */
export const LAMP_MODES = [
  "dummy",
  "off",
  "steady",
  "wink",
  "flash",
  "flutter",
  "brokenFlutter",
  "unknown",
] as const;

/** The modes of {@linkcode LAMP_MODES} that `setLamp` sets. */
export const SETTABLE_LAMP_MODES: readonly Exclude<typeof LAMP_MODES[number], "dummy" | "unknown">[] = LAMP_MODES
  .filter((mode) => mode !== "dummy" && mode !== "unknown");

/** The modes of {@linkcode HOOKSWITCH_MODES} that `setHookSwitch` sets. */
export const SETTABLE_HOOKSWITCH_MODES: readonly Exclude<typeof HOOKSWITCH_MODES[number], "unknown">[] =
  HOOKSWITCH_MODES.filter((mode) => mode !== "unknown");

/** The modes of a button (PHONEBUTTONMODE_, contract 7.3). */
export const BUTTON_MODES = [
  "dummy",
  "call",
  "feature",
  "keypad",
  "local",
  "display",
] as const;

/** The states of a button (PHONEBUTTONSTATE_, contract 7.3). */
export const BUTTON_STATES = ["up", "down", "unknown", "unavailable"] as const;

/** The functions of a button (PHONEBUTTONFUNCTION_, contract 7.6); a vendor's own travel as numbers from 0x80000000. */
export const BUTTON_FUNCTIONS = [
  "unknown",
  "conference",
  "transfer",
  "drop",
  "hold",
  "recall",
  "disconnect",
  "connect",
  "msgWaitOn",
  "msgWaitOff",
  "selectRing",
  "abbrevDial",
  "forward",
  "pickup",
  "ringAgain",
  "park",
  "reject",
  "redirect",
  "mute",
  "volumeUp",
  "volumeDown",
  "speakerOn",
  "speakerOff",
  "flash",
  "dataOn",
  "dataOff",
  "doNotDisturb",
  "intercom",
  "bridgedApp",
  "busy",
  "callApp",
  "dateTime",
  "directory",
  "cover",
  "callId",
  "lastNum",
  "nightSrv",
  "sendCalls",
  "msgIndicator",
  "repDial",
  "setRepDial",
  "systemSpeed",
  "stationSpeed",
  "campOn",
  "saveRepeat",
  "queueCall",
  "none",
  "send",
] as const;

/** What a PHONE_STATE event can say has changed (PHONESTATE_, contract 7.4). */
export const PHONE_STATES = [
  "other",
  "connected",
  "disconnected",
  "owner",
  "monitors",
  "display",
  "lamp",
  "ringMode",
  "ringVolume",
  "handsetHookSwitch",
  "handsetVolume",
  "handsetGain",
  "speakerHookSwitch",
  "speakerVolume",
  "speakerGain",
  "headsetHookSwitch",
  "headsetVolume",
  "headsetGain",
  "suspend",
  "resume",
  "devSpecific",
  "reinit",
  "capsChange",
  "removed",
] as const;

/** The flags of a phone's status (PHONESTATUSFLAGS_, contract 7.3). */
export const STATUS_FLAGS = ["connected", "suspended"] as const;

/** What a handle may do: `owner` changes the phone, `monitor` reads and listens (PHONEPRIVILEGE_, contract 1.3). */
export const PRIVILEGES = ["owner", "monitor"] as const;

/** Whether a number can be a vendor's own lamp mode: one bit of the high 16, unsigned (contract 7.3). */
export function isVendorLampMode(mode: unknown): boolean {
  return isInteger(mode) && mode >= 0x1_0000 && mode <= 0x8000_0000 && (mode & (mode - 1)) === 0;
}

/** Whether a number can be a vendor's own button function: 0x80000000…0xFFFFFFFF (contract 7.6). */
export function isVendorButtonFunction(purpose: unknown): boolean {
  return isInteger(purpose) && purpose >= 0x8000_0000 && purpose <= 0xFFFF_FFFF;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

/** One of {@linkcode HOOKSWITCH_DEVICES}. */
export type HookSwitchDevice = typeof HOOKSWITCH_DEVICES[number];
/** One of {@linkcode HOOKSWITCH_MODES}. */
export type HookSwitchMode = typeof HOOKSWITCH_MODES[number];
/** One of {@linkcode LAMP_MODES}, or a vendor's own: one bit of the high 16 as an unsigned number. */
export type LampMode = typeof LAMP_MODES[number] | number;
/** One of {@linkcode BUTTON_MODES}. */
export type ButtonMode = typeof BUTTON_MODES[number];
/** One of {@linkcode BUTTON_STATES}. */
export type ButtonState = typeof BUTTON_STATES[number];
/** One of {@linkcode BUTTON_FUNCTIONS}, or a vendor's own: 0x80000000…0xFFFFFFFF. */
export type ButtonFunction = typeof BUTTON_FUNCTIONS[number] | number;
/** One of {@linkcode PHONE_STATES}. */
export type PhoneState = typeof PHONE_STATES[number];
/** One of {@linkcode STATUS_FLAGS}. */
export type StatusFlag = typeof STATUS_FLAGS[number];
/** One of {@linkcode PRIVILEGES}. */
export type Privilege = typeof PRIVILEGES[number];
