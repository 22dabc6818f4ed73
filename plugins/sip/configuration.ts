/**
 * What an operator configures: the manifest's schema says what may be written and what is meant by leaving it out, this
 * what is meant by the whole.
 *
 * @module
 */
import type { DigestAlgorithm } from "./lib/digest/mod.ts";

/** One account: it is one phone, whose id is its user. */
export interface AccountConfiguration {
  /** The user that the phone registers as. */
  user: string;
  /** Its password. */
  secret: string;
  /** Its name for people. */
  name: string;
  /** The size of what it can show as a text message, and of how many bytes at most, if that is known. */
  display: { rows: number; columns: number; bytes?: number };
  /** The resources that its keys watch: each has a line lamp, from 13 on. */
  lamps: string[];
  /** What applications may send to it in their own words. */
  allow: { methods: string[]; events: string[] };
}

/** The whole configuration. */
export interface Configuration {
  /** Where phones register. */
  listen: { host: string; port: number }[];
  /** How. */
  transports: ("udp" | "tcp")[];
  /** The domain of the phones' addresses, and of their digests. */
  realm: string;
  /** What passwords may be proven with, the strongest first. */
  algorithms: DigestAlgorithm[];
  /** How long a registration lasts, seconds. */
  register: { leastSeconds: number; mostSeconds: number };
  /** The ports of calls, the first and the last. */
  rtpPorts: readonly [first: number, last: number];
  /** How long an off-hook waits for a person, seconds. */
  offHookSeconds: number;
  /** How often a phone is asked whether it is there, seconds; 0 = never. */
  keepAliveSeconds: number;
  /** The Alert-Info of the ring modes from 1 on; an empty one is the phone's own ring. */
  rings: string[];
  /** Who may register. */
  accounts: AccountConfiguration[];
  /** What is not done as it was written, and why: for the operator. */
  remarks: string[];
}

/** The configuration as the host hands it over: held against the manifest's schema, with its defaults. */
export type GivenConfiguration = Omit<Configuration, "listen" | "accounts" | "remarks"> & {
  listen: string[];
  accounts: (Omit<AccountConfiguration, "name"> & { name?: string })[];
};

/** What an account may be called: it is the phone's id, and stands in URIs as it is. */
const USER = /^[A-Za-z0-9._~-]{1,64}$/;

/** The strongest first (RFC 8760 2.3). */
const BY_STRENGTH: readonly DigestAlgorithm[] = ["SHA-256", "MD5"];

/**
 * Reads what a schema cannot say. An account that cannot be is left out, so that the others work.
 *
 * @throws {TypeError} If parts contradict one another; the message says what would be right.
 */
export function readConfiguration(given: GivenConfiguration): Configuration {
  check(given);
  const { algorithms } = given;
  const strongest = BY_STRENGTH.filter((algorithm) => algorithms.includes(algorithm));
  const reordered = strongest.some((algorithm, nth) => algorithm !== algorithms[nth])
    ? ["algorithms: SHA-256 is asked for before MD5, not after it: many phones look at the last challenge alone"]
    : [];
  const faults = given.accounts.map((account, nth) => faultOf(account, given.accounts.slice(0, nth)));
  return {
    ...given,
    algorithms: strongest,
    listen: given.listen.map(addressOf),
    accounts: given.accounts.filter((_, nth) => faults[nth] === undefined)
      .map((account) => ({ name: account.user, ...account })),
    remarks: [...reordered, ...faults.filter((fault) => fault !== undefined)],
  };
}

function check({ register, rtpPorts: [first, last] }: GivenConfiguration): void {
  if (register.leastSeconds > register.mostSeconds) {
    throw invalid(
      "register",
      `leastSeconds ${register.leastSeconds} must not be more than mostSeconds ${register.mostSeconds}`,
    );
  }
  // Each call takes an even port; the odd one above it is what RTCP would use.
  if (last <= first) {
    throw invalid("rtpPorts", `${first} to ${last} must be at least one even port and the one above it`);
  }
}

/** Why an account cannot be, beside those before it. */
function faultOf(
  { user, lamps }: GivenConfiguration["accounts"][number],
  before: GivenConfiguration["accounts"],
): string | undefined {
  const isLeftOut = `accounts: ${JSON.stringify(user)} is left out, the others work:`;
  if (!USER.test(user)) return `${isLeftOut} its user must be 1 to 64 of letters, digits, ".", "_", "~" and "-"`;
  if (before.some((other) => other.user === user)) return `${isLeftOut} it must be there once`;
  const twice = lamps.find((lamp, nth) => lamps.indexOf(lamp) !== nth);
  return twice === undefined ? undefined : `${isLeftOut} it must watch ${JSON.stringify(twice)} once`;
}

/** Reads `127.0.0.1:5060` and `[::1]:5060`. */
function addressOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    throw invalid("listen", `${text} must be an address with its port, such as 192.168.4.10:5060 or [fd00::10]:5060`);
  }
  return { host, port: Number(port) };
}

function invalid(part: string, why: string): TypeError {
  return new TypeError(`The configuration's ${part} is not right: ${why}`);
}
