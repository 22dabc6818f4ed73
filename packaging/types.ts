/**
 * What TypeScript is told of modules that are shipped as JavaScript.
 *
 * @module
 */
import ts from "typescript";
import { fileURLToPath } from "node:url";

const OPTIONS: ts.CompilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  allowImportingTsExtensions: true,
  types: [],
};

/**
 * Writes the declarations of modules, and of all that they import, under the same paths.
 *
 * @param entries The modules.
 * @param options.root The folder that their paths begin at, with a slash at its end.
 * @param options.into Where `root` is afterwards.
 * @throws {Error} If they do not compile, where neither Deno nor Node is known.
 */
export function writeTypes(entries: readonly URL[], { root, into }: { root: URL; into: URL }): void {
  const options = { ...OPTIONS, rootDir: fileURLToPath(root), outDir: fileURLToPath(into) };
  const program = ts.createProgram(entries.map((entry) => fileURLToPath(entry)), options);
  const { diagnostics } = program.emit();
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length === 0) return;
  const host = {
    ...ts.sys,
    getCurrentDirectory: () => fileURLToPath(root),
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => "\n",
  };
  throw new Error(`Cannot declare the types: ${ts.formatDiagnostics(faults, host)}`);
}
