/**
 * What dpkg is told of the package.
 *
 * @module
 */
import { DENO_VERSION } from "../pinned.ts";
import type { Architecture } from "./pinned_deno.ts";

/** Who made it, as Debian writes it. */
const MAINTAINER = "The Switchroom authors <switchroom@localhost>";

/** What differs from one package to another. */
export interface ControlOptions {
  /** As Debian counts: {@linkcode debianVersion}. */
  version: string;
  architecture: Architecture;
  /** How much it takes installed, bytes. */
  size: number;
}

/** A version as Debian counts it: what stands before a release comes before it. */
export function debianVersion(version: string): string {
  return version.replace("-", "~");
}

/** `DEBIAN/control`. */
export function control({ version, architecture, size }: ControlOptions): string {
  return `Package: switchroom
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(size / 1_024)}
Depends: adduser, libc6 (>= 2.27), libgcc-s1
Section: comm
Priority: optional
Description: telephony server for phone devices
 Applications open phones and ask them for operations: light a lamp, write to
 the display, ring, set a volume, lift the hook. Plugins in processes of their
 own drive the phones; software phones and SIP phones come with it. Everything
 is recorded in a history that an auditor can trust.
 .
 The package carries the runtime that it was tested with, Deno ${DENO_VERSION}.
`;
}

/** `changelog.gz`: that it was made; what is new says the CHANGELOG beside it. */
export function changelog({ version, made }: { version: string; made: Date }): string {
  const date = made.toUTCString().replace("GMT", "+0000");
  return `switchroom (${version}) unstable; urgency=medium

  * What is new stands in CHANGELOG.md beside this file.

 -- ${MAINTAINER}  ${date}
`;
}

/** `copyright`: the licences of all that it holds. */
export function copyright({ license, packages }: { license: string; packages: string }): string {
  const mit = license.replace(/^[\s\S]*?(?=Permission)/, "");
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2026 The Switchroom authors
License: Expat

Files: usr/lib/switchroom/bin/deno
Copyright: 2018-2026 the Deno authors
License: Expat
Comment: Deno ${DENO_VERSION} as its makers publish it. V8, ICU, SQLite and the other
 works within it have licences of their own: https://github.com/denoland/deno

Files: usr/lib/switchroom/server/vendor/*
Copyright: the authors of each package
License: packages

License: Expat
${indented(mit)}

License: packages
${indented(packages)}
`;
}

/** A text as a field that goes on over several lines. */
function indented(text: string): string {
  return text.trim().split("\n").map((line) => ` ${line.trimEnd() || "."}`).join("\n");
}
