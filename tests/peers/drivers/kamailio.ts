/**
 * kamailio as a proxy between phones and their registrar: it routes all that comes by, and stays in every dialog.
 *
 * @module
 */
import { startPeer } from "./peer_process.ts";

/** How a kamailio is set up. */
export interface KamailioOptions {
  /** Its port. */
  port: number;
  /** Where it sends what phones send, `HOST:PORT`. */
  registrar: string;
}

/** Starts a kamailio, and waits until it takes messages. The end of its block kills it. */
export async function startKamailio(options: KamailioOptions): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_kamailio_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/kamailio.cfg`, configuration(options));
  const process = undo.use(startPeer("/usr/sbin/kamailio", {
    args: ["-f", `${folder}/kamailio.cfg`, "-DD", "-E", "-P", `${folder}/pid`, "-w", folder, "-Y", folder, "-m", "32"],
  }));
  // Killed, the first of its processes would leave the others.
  undo.defer(async () => void await process.end("SIGTERM"));
  await process.printed.next((line) => line.includes("switchroom: ready"), { what: "that it is ready" });
  const running = undo.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function configuration({ port, registrar }: KamailioOptions): string {
  const [, registrarPort = ""] = registrar.split(":");
  return `#!KAMAILIO
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:127.0.0.1:${port}
${
    ["kex", "tm", "tmx", "sl", "rr", "pv", "xlog", "maxfwd", "textops", "siputils", "path"].map((name) =>
      `loadmodule "${name}.so"`
    ).join("\n")
  }
event_route[core:worker-one-init] {
  xlog("L_ALERT", "switchroom: ready\\n");
}
request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (is_method("ACK") && !has_totag()) exit;
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  # What has no route beyond this proxy goes to the registrar if a phone has sent it, and to its address if not.
  loose_route();
  if ($du == $null && $sp != ${registrarPort}) $du = "sip:${registrar}";
  if (is_method("REGISTER")) add_path();
  t_relay();
}
`;
}
