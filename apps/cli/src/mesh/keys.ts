import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newNkey } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { writeFileWhole } from './write-file-whole.js';

/**
 * The keys of a mesh: a seed for each name, readable by their owner alone. While a key is rotated a name has two: the
 * one before may sign in until the rotation is finished. Every step leaves the files so that the broker's
 * configuration made of them lets in whoever reads the seed.
 */
export class Keys {
  constructor(private readonly folder: string) {}

  seedFile(name: string): string {
    return join(this.folder, `${name}.nk`);
  }

  /** The public key of a name; a new pair where there is none. */
  async publicKey(name: string): Promise<string> {
    const there = await this.#read(this.#publicFile(name));
    if (there !== undefined && (await this.#read(this.seedFile(name))) !== undefined) return there;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    const { seed, publicKey } = newNkey();
    await writeFileWhole(this.seedFile(name), seed);
    await writeFileWhole(this.#publicFile(name), publicKey);
    return publicKey;
  }

  /** The public keys by which each name may sign in: one, or two while it is rotated. */
  async publicKeys(names: readonly string[]): Promise<Record<string, string[]>> {
    const keysOf = async (name: string): Promise<string[]> => {
      const former = await this.#read(this.#formerFile(name));
      return [await this.publicKey(name), ...(former === undefined ? [] : [former])];
    };
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await keysOf(name)] as const)));
  }

  /** The seed of a name that has one. */
  async seed(name: string): Promise<string | undefined> {
    return this.#read(this.seedFile(name));
  }

  async isRotated(name: string): Promise<boolean> {
    return (await this.#read(this.#formerFile(name))) !== undefined;
  }

  /** Makes a new key beside the one there is; the seed stays as it is until `promote`. `BAD_USAGE` where a rotation is not finished. */
  async addNext(name: string): Promise<void> {
    const before = await this.publicKey(name);
    if (await this.isRotated(name))
      throw new WaggleError('BAD_USAGE', `the key of ${name} is being rotated already`, {
        path: 'name',
        remedy: `End that with \`waggle keys finish ${name}\` first.`,
      });
    const { seed, publicKey } = newNkey();
    await writeFileWhole(this.#nextFile(name), seed);
    await writeFileWhole(this.#formerFile(name), before);
    await writeFileWhole(this.#publicFile(name), publicKey);
  }

  /** From now on the new key is what the name signs in with. */
  async promote(name: string): Promise<void> {
    await rename(this.#nextFile(name), this.seedFile(name)).catch((error: NodeJS.ErrnoException) => {
      // it was promoted before
      if (error.code !== 'ENOENT') throw error;
    });
  }

  /** The former key may no longer sign in. */
  async dropFormer(name: string): Promise<void> {
    await rm(this.#formerFile(name), { force: true });
  }

  async remove(name: string): Promise<void> {
    const files = [this.seedFile(name), this.#publicFile(name), this.#nextFile(name), this.#formerFile(name)];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }

  #publicFile(name: string): string {
    return join(this.folder, `${name}.pub`);
  }

  #nextFile(name: string): string {
    return join(this.folder, `${name}.next.nk`);
  }

  #formerFile(name: string): string {
    return join(this.folder, `${name}.former.pub`);
  }

  async #read(file: string): Promise<string | undefined> {
    return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  }
}
