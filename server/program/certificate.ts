/**
 * The certificate that the server shows: read from the operator's files, and again when they change.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import type { Clock } from "../core/mod.ts";
import type { Certificate } from "../http/mod.ts";
import { within } from "../tools/mod.ts";
import type { TlsFiles } from "./configuration/read.ts";
import { Misuse } from "./exit.ts";
import { readSmallFile } from "./small_file.ts";
import { logOf } from "./watch/log.ts";

/**
 * Reads a certificate and its key, and makes sure that TLS can be spoken with them.
 *
 * @throws {Misuse} If they cannot be read, are not PEM or do not belong together.
 */
export async function readCertificate(files: TlsFiles): Promise<Certificate> {
  const certificate = await readPair(files);
  check(certificate, files);
  return certificate;
}

/** How long a look waits for the files, milliseconds: what is a pipe by the time that it is opened may never be read. */
const READ_MS = 2_000;

/** What {@linkcode watchCertificate} needs. */
export interface WatchOptions {
  /** The one in use. */
  readonly current: Certificate;
  readonly clock: Clock;
  /** Between two looks. */
  readonly everyMs: number;
  /** Takes each certificate that is another one and a good one. */
  readonly onChange: (certificate: Certificate) => void;
}

/**
 * Looks again and again whether the files hold another certificate than the one in use. Their text is compared and not
 * their times, so that a link that leads somewhere else counts as well. What cannot be used leaves the one in use, and
 * is logged when it is still there at the next look: the two files are hardly ever replaced at once.
 */
export function watchCertificate(
  files: TlsFiles,
  { current: first, clock, everyMs, onChange }: WatchOptions,
): Disposable {
  let current = first;
  let seen = "";
  let logged = "";
  let cancel: () => void;

  const look = async () => {
    let fault = "";
    try {
      const reading = readPair(files);
      if (!await within(reading, READ_MS)) {
        throw new Misuse(`Cannot read ${files.cert} and ${files.key} in ${READ_MS} ms`);
      }
      const found = await reading;
      if (found.cert !== current.cert || found.key !== current.key) {
        check(found, files);
        current = found;
        onChange(found);
        logOf("server").info("The certificate has changed and is in use");
      }
    } catch (error) {
      fault = wordsOf(error);
    }
    if (fault === "") logged = "";
    else if (fault === seen && fault !== logged) {
      logged = fault;
      logOf("server").warning("The certificate in use is kept", { reason: fault });
    }
    seen = fault;
  };
  const wait = () => {
    cancel = clock.after(everyMs, () => void look().finally(() => ended || wait()));
  };
  let ended = false;
  wait();
  return {
    [Symbol.dispose]() {
      ended = true;
      cancel();
    },
  };
}

async function readPair({ cert, key }: TlsFiles): Promise<Certificate> {
  return { cert: await readPem("tls.cert", cert), key: await readPem("tls.key", key) };
}

async function readPem(what: string, path: string): Promise<string> {
  try {
    return await readSmallFile(path);
  } catch (error) {
    throw new Misuse(`Cannot read ${what} ${path}: ${wordsOf(error)}`);
  }
}

/** Nothing knows better what can be used than what will use it. */
function check(certificate: Certificate, { cert, key }: TlsFiles): void {
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...certificate }).close();
  } catch (error) {
    throw new Misuse(
      `Cannot speak TLS with tls.cert ${cert} and tls.key ${key}: ${
        wordsOf(error)
      }. They must be PEM, a certificate with its chain and its own key without a passphrase`,
    );
  }
}
