/**
 * Every target; those that take longest first.
 *
 * @module
 */
import { fuzzed } from "../run/batches.ts";
import type { AnyTarget } from "../target.ts";
import { commandLine } from "./command_line.ts";
import { configuration } from "./configuration.ts";
import { hostWire } from "./host_wire.ts";
import { http } from "./http.ts";
import { manifest } from "./manifest.ts";
import { sdkWire } from "./sdk_wire.ts";
import { serverBytes } from "./server_bytes.ts";
import { serverHttp } from "./server_http.ts";
import { serverSocket } from "./server_socket.ts";
import { socket } from "./socket.ts";
import { words } from "./words.ts";

/** See the module. */
export const TARGETS: readonly AnyTarget[] = [
  fuzzed(http),
  fuzzed(serverHttp),
  fuzzed(socket),
  fuzzed(serverSocket),
  fuzzed(serverBytes),
  fuzzed(hostWire),
  fuzzed(sdkWire),
  fuzzed(manifest),
  fuzzed(configuration),
  fuzzed(words),
  fuzzed(commandLine),
];
