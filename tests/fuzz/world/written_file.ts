import { bytesOf } from "../inputs/bytes.ts";

/** A file that is written anew for each input, in a folder that goes with the process's temporary ones. */
export class WrittenFile implements AsyncDisposable {
  readonly folder: string;
  readonly path: string;

  /** @param name Its name. */
  constructor(name: string) {
    this.folder = Deno.makeTempDirSync({ prefix: "switchroom_fuzz_" });
    this.path = `${this.folder}/${name}`;
  }

  /** Writes what a text of the corpus stands for. */
  write(text: string): void {
    Deno.writeFileSync(this.path, bytesOf(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
