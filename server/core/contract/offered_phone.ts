/**
 * A phone as a plugin offers it, and the bounds of what it may say. The SDK tells an author what is beyond them before
 * it is sent; the host checks what comes from a plugin all the same, because a process may lie.
 *
 * @module
 */
import type { PhoneCapabilities } from "./capabilities.ts";

/** A phone as a plugin offers it. */
export interface OfferedPhone {
  /** The part of its name after the colon: {@linkcode PHONE_ID}. */
  id: string;
  /** Its name for people. */
  name: string;
  /** Whole, with every default filled in. */
  capabilities: PhoneCapabilities;
  /** Whether the link to the device stands. */
  connected: boolean;
  /** The operations and getters that its driver has. */
  methods: string[];
}

/** The part of a phone's name after the colon: it is part of URLs as it is. */
export const PHONE_ID = /^[A-Za-z0-9._~-]{1,64}$/;

/** The most of everything that a phone can be offered with: whoever asks for the phones is sent it all. */
export const OFFER_BOUNDS = {
  /** Button/lamp pairs. */
  buttons: 1_024,
  /** Modes of one lamp. */
  lampModes: 64,
  /** Data areas that can be written, and as many that can be read. */
  dataAreas: 256,
  /** Device classes. */
  deviceClasses: 64,
  /** Characters of a name: the phone's, a device class's, the permanent id, the extension. */
  name: 256,
  /** Whatever is counted: rows, columns, ring modes, ids of buttons, bytes of an area. */
  number: 65_535,
} as const;
