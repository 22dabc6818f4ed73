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
  /** What passwords may be proven with, the preferred first. */
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
}

/** The configuration as the host hands it over: held against the manifest's schema, with its defaults. */
export type GivenConfiguration = Omit<Configuration, "listen" | "accounts"> & {
  listen: string[];
  accounts: (Omit<AccountConfiguration, "name"> & { name?: string })[];
};

/**
 * Reads what a schema cannot say.
 *
 * @throws {TypeError} If parts contradict one another; the message says what would be right.
 */
export function readConfiguration(given: GivenConfiguration): Configuration {
  const configuration: Configuration = {
    ...given,
    listen: given.listen.map(addressOf),
    accounts: given.accounts.map((account) => ({ name: account.user, ...account })),
  };
  check(configuration);
  return configuration;
}

function check({ register, rtpPorts: [first, last], accounts }: Configuration): void {
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
  const users = new Set<string>();
  for (const { user, lamps } of accounts) {
    if (users.has(user)) throw invalid("accounts", `${user} must be there once`);
    users.add(user);
    if (new Set(lamps).size < lamps.length) throw invalid("accounts", `${user} must watch each resource once`);
  }
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
