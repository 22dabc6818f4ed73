/** Says in `DATA/server.json`, readable by its owner alone, which process serves the data folder and where. */
export async function writeServerFile(folder: string, server: { pid: number; url: string }): Promise<AsyncDisposable> {
  const path = `${folder}/server.json`;
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  await Deno.rename(draft, path);
  return {
    async [Symbol.asyncDispose]() {
      await Deno.remove(path);
    },
  };
}
