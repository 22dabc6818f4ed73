/**
 * A network of its own for a program and all that it starts: nothing but a loopback, on which every port is free and from which nothing gets out. A process
 * namespace with it, so that nothing is left running.
 *
 * @module
 */

/**
 * Who runs the program: the one that all others in the namespace are left to, hence no program of ours. The route leads
 * nowhere else: without one, from an address of its own, linphone holds that it has no network, and drops its
 * connections to the loopback.
 */
const FIRST =
  'PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip route add default dev lo src 192.0.2.1 || exit; "$@"';

/** The command that runs another one in a namespace of its own; made by root, or by anybody where anybody may. */
export function inNamespace(command: readonly string[]): [program: string, args: string[]] {
  const user = Deno.uid() === 0 ? [] : ["--map-root-user"];
  return ["unshare", [
    ...user,
    ...["--net", "--pid", "--fork", "--kill-child", "--mount-proc"],
    ...["sh", "-c", FIRST, "sh", ...command],
  ]];
}

/** Why there can be no namespace here, and what to do; undefined if there can. */
export async function whyNoNamespace(): Promise<string | undefined> {
  const [program, args] = inNamespace(["true"]);
  try {
    const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    if (success) return undefined;
    const why = new TextDecoder().decode(stderr).trim();
    return `${why}: run where a network namespace may be made (a container needs CAP_SYS_ADMIN)`;
  } catch (error) {
    return `${error instanceof Error ? error.message : error}: install util-linux`;
  }
}
