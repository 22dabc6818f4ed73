/**
 * The one catalogue of telephony errors: every PHONEERR_ name, its number and its meaning (contract 7.2).
 *
 * @module
 */

/** Every telephony error: its signed 32-bit number and what it says. */
export const PHONE_ERRORS = {
  ALLOCATED: { value: -1879048191, meaning: "The resource is already allocated outside Switchroom" },
  BADDEVICEID: { value: -1879048190, meaning: "No phone has that name or device id" },
  INCOMPATIBLEAPIVERSION: { value: -1879048189, meaning: "The version or version range is not supported" },
  INCOMPATIBLEEXTVERSION: { value: -1879048188, meaning: "The extension version or range is not supported" },
  INIFILECORRUPT: { value: -1879048187, meaning: "The configuration cannot be read" },
  INUSE: { value: -1879048186, meaning: "The phone is in use" },
  INVALAPPHANDLE: { value: -1879048185, meaning: "The application does not exist or has ended" },
  INVALAPPNAME: { value: -1879048184, meaning: "The application's name is not valid" },
  INVALBUTTONLAMPID: { value: -1879048183, meaning: "The phone has no such button or lamp" },
  INVALBUTTONMODE: { value: -1879048182, meaning: "The button mode is not valid" },
  INVALBUTTONSTATE: { value: -1879048181, meaning: "The button states are not valid" },
  INVALDATAID: { value: -1879048180, meaning: "The phone has no such data area" },
  INVALDEVICECLASS: { value: -1879048179, meaning: "The phone does not support that device class" },
  INVALEXTVERSION: { value: -1879048178, meaning: "The extension version number is not valid" },
  INVALHOOKSWITCHDEV: { value: -1879048177, meaning: "The phone has no such hookswitch device" },
  INVALHOOKSWITCHMODE: { value: -1879048176, meaning: "The hookswitch mode is not valid here" },
  INVALLAMPMODE: { value: -1879048175, meaning: "The lamp mode is not valid here" },
  INVALPARAM: { value: -1879048174, meaning: "A parameter is out of range" },
  INVALPHONEHANDLE: { value: -1879048173, meaning: "The handle does not exist or has been closed" },
  INVALPHONESTATE: { value: -1879048172, meaning: "The phone is in no state for this operation" },
  INVALPOINTER: { value: -1879048171, meaning: "A block of bytes is not valid" },
  INVALPRIVILEGE: { value: -1879048170, meaning: "The privilege is neither owner nor monitor" },
  INVALRINGMODE: { value: -1879048169, meaning: "The phone has no such ring mode" },
  NODEVICE: { value: -1879048168, meaning: "The phone has been removed" },
  NODRIVER: { value: -1879048167, meaning: "A component of the plugin is missing or corrupt" },
  NOMEM: { value: -1879048166, meaning: "Memory ran out" },
  NOTOWNER: { value: -1879048165, meaning: "The handle does not own the phone" },
  OPERATIONFAILED: { value: -1879048164, meaning: "The operation failed" },
  OPERATIONUNAVAIL: { value: -1879048163, meaning: "The phone does not offer this operation" },
  RESOURCEUNAVAIL: { value: -1879048161, meaning: "A resource is not available just now" },
  REQUESTOVERRUN: { value: -1879048160, meaning: "Too many requests are outstanding" },
  STRUCTURETOOSMALL: { value: -1879048159, meaning: "A structure is too small" },
  UNINITIALIZED: { value: -1879048158, meaning: "No application has been initialised" },
  REINIT: { value: -1879048157, meaning: "A re-initialisation is pending" },
  DISCONNECTED: { value: -1879048156, meaning: "The phone is disconnected" },
  SERVICE_NOT_RUNNING: { value: -1879048155, meaning: "The telephony service is not running" },
} as const;

/** The name of a telephony error without its prefix, such as `NOTOWNER`. */
export type PhoneErrorName = keyof typeof PHONE_ERRORS;

/** The name of a telephony error as it travels, such as `PHONEERR_NOTOWNER`. */
export type PhoneErrorCode = `PHONEERR_${PhoneErrorName}`;

const NAME_OF_VALUE = new Map<number, PhoneErrorName>(
  Object.entries(PHONE_ERRORS).map(([name, { value }]) => [value, name as PhoneErrorName]),
);

/**
 * The name of an error's number, or undefined for a vendor's own and for 0.
 *
 * @example A number of the catalogue has a name
 * ```ts
 * import { nameOfError } from "./errors.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(nameOfError(-1879048165), "PHONEERR_NOTOWNER");
 * equal(nameOfError(0), undefined);
 * ```
 */
export function nameOfError(value: number): PhoneErrorCode | undefined {
  const name = NAME_OF_VALUE.get(value);
  return name === undefined ? undefined : `PHONEERR_${name}`;
}

/**
 * Whether a number is one that a completion may carry as an error: a name of the catalogue or a vendor's own
 * (0xC0000000…0xFFFFFFFF read as signed, contract 3.16).
 */
export function isErrorValue(value: number): boolean {
  return NAME_OF_VALUE.has(value) || (Number.isInteger(value) && value >= -0x4000_0000 && value <= -1);
}

/**
 * The words of anything that was thrown, also of what no words can be made of.
 *
 * @example
 * ```ts
 * import { wordsOf } from "./errors.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(wordsOf(new Error("No dial tone")), "No dial tone");
 * equal(wordsOf(Object.create(null)), "something that has no words");
 * ```
 */
export function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something that has no words";
  }
}

/**
 * A telephony error: one of the catalogue (contract 7.2) or a vendor's own number.
 *
 * A driver throws it, or rejects with it, to say how an operation failed; anything else it throws becomes
 * `PHONEERR_OPERATIONFAILED`.
 *
 * @example By name, and with a vendor's number
 * ```ts
 * import { PhoneError } from "./errors.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(new PhoneError("INVALLAMPMODE", "Lamp 12 cannot wink").value, -1879048175);
 * equal(new PhoneError(0xC0000001).value, -1073741823);
 * ```
 */
export class PhoneError extends Error {
  /** The signed 32-bit number. */
  readonly value: number;
  /** The name as it travels; undefined for a vendor's own number. */
  readonly code: PhoneErrorCode | undefined;

  /**
   * Makes an error of the catalogue or a vendor's own.
   *
   * @param error A name with or without `PHONEERR_`, or a number, signed or unsigned: one of the catalogue or a
   * vendor's 0xC0000000…0xFFFFFFFF.
   * @param message What was attempted, what was wrong and what would be right; the catalogue's meaning if left out.
   * @throws {RangeError} If the name or number is not one of a telephony error.
   */
  constructor(error: PhoneErrorName | PhoneErrorCode | number, message?: string) {
    const name = typeof error === "number" ? undefined : error.replace(/^PHONEERR_/, "") as PhoneErrorName;
    const value = typeof error === "number" ? error | 0 : PHONE_ERRORS[name!]?.value;
    if (value === undefined || !isErrorValue(value)) {
      throw new RangeError(
        `Cannot make a PhoneError of ${error}: it must be a PHONEERR_ name or a vendor's number from 0xC0000000 to 0xFFFFFFFF`,
      );
    }
    const code = nameOfError(value);
    super(message ?? (code ? PHONE_ERRORS[NAME_OF_VALUE.get(value)!].meaning : `The device reported error ${value}`));
    this.name = "PhoneError";
    this.value = value;
    this.code = code;
  }
}
