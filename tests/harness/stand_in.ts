/**
 * Puts one module of the server in the place of another, for a server that is changed in one respect and is otherwise whole.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

const REPOSITORY = new URL("../../", import.meta.url);

/**
 * The flag for Deno under which everybody imports `standIn` instead of `module`; the stand-in itself still gets the module.
 *
 * @param file Where to put the import map.
 * @param options Paths in the repository; the stand-in's may have a query, which it finds in its `import.meta.url`.
 */
export async function inPlaceOf(
  file: string,
  { module, standIn }: { module: string; standIn: string },
): Promise<string> {
  const at = (path: string) => new URL(path, REPOSITORY).href;
  // The flag's import map replaces the one of deno.json, where a package stands for its modules too.
  const usual = Object.entries(config.imports).flatMap(([name, to]) =>
    to.startsWith("./") ? [[name, at(to)]] : [[name, to], [`${name}/`, `${to.replace(":", ":/")}/`]]
  );
  const map = {
    imports: { ...Object.fromEntries(usual), [at(module)]: at(standIn) },
    scopes: { [at(standIn)]: { [at(module)]: at(module) } },
  };
  await Deno.writeTextFile(file, JSON.stringify(map));
  return `--import-map=${file}`;
}
