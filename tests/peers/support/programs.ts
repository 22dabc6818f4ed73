/**
 * The foreign programs that play phones, and how they come onto the machine.
 *
 * @module
 */

/** Each program with the package of Debian that has it. */
const PACKAGES = new Map([
  ["ip", "iproute2"],
  ["baresip", "baresip-core"],
  ["linphone-daemon", "linphone-cli"],
  ["twinkle-console", "twinkle-console"],
  ["jamid", "jami-daemon"],
  ["dbus-daemon", "dbus-daemon"],
  ["sipp", "sip-tester"],
  ["tshark", "tshark"],
  ["dumpcap", "wireshark-common"],
]);

/** Set to 1, it has root on Debian install what is missing: nobody's machine is changed unasked. */
export const INSTALL = "SWITCHROOM_INSTALL_PHONES";

/** How long the installation may take, the lists of packages included, seconds. */
const PATIENCE_S = 180;
const LOCK = "/tmp/switchroom_peers.lock";

/** A program that plays a phone. */
export type ForeignPhone = "baresip" | "linphone-daemon" | "twinkle-console" | "jamid" | "sipp";

/** What every test needs beside its phones: the namespace is made with the one, and the others read along. */
const ALWAYS = ["ip", "tshark", "dumpcap"];
/** What a phone needs beside itself. */
const BESIDE: Partial<Record<ForeignPhone, string>> = { jamid: "dbus-daemon" };

/** Why phones cannot be tested with, after what is missing of any was installed where that is asked for; undefined if they are there. */
export async function whyNoPrograms(phones: readonly ForeignPhone[]): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "the phones run on Linux only";
  const isAsked = Deno.env.get(INSTALL) === "1";
  if (isAsked && missing().length > 0 && Deno.uid() === 0 && isHere("apt-get")) await install();
  const needed = [...ALWAYS, ...phones, ...phones.map((phone) => BESIDE[phone])];
  const packages = missing().filter((program) => needed.includes(program)).map((program) => PACKAGES.get(program));
  return packages.length === 0
    ? undefined
    : `install what is missing (on Debian: apt-get install ${
      packages.join(" ")
    }; root may set ${INSTALL}=1 and run this again)`;
}

/** Installs once, however many tests and test runs ask for it at the same time; tells nobody of a failure but by what is still missing. */
async function install(): Promise<void> {
  using lock = await Deno.open(LOCK, { create: true, write: true });
  await lock.lock(true);
  const packages = missing().map((program) => PACKAGES.get(program)).join(" ");
  if (packages === "") return;
  console.error(`Installing ${packages} for the tests with real phones`);
  await new Deno.Command("timeout", {
    args: [
      `${PATIENCE_S}`,
      "sh",
      "-c",
      `apt-get update -qq && apt-get install -qq --no-install-recommends -o DPkg::Lock::Timeout=${PATIENCE_S} ${packages}`,
    ],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
}

function missing(): string[] {
  return [...PACKAGES.keys()].filter((program) => !isHere(program));
}

function isHere(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/libexec"];
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
