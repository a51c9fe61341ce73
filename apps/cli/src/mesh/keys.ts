import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newNkey } from '@waggle/bus';
import { writeFileWhole } from './write-file-whole.js';

/** The keys of a mesh: a seed for each name, readable by their owner alone. */
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

  async publicKeys(names: readonly string[]): Promise<Record<string, string>> {
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.publicKey(name)] as const)));
  }

  /** The seed of a name that has one. */
  async seed(name: string): Promise<string | undefined> {
    return this.#read(this.seedFile(name));
  }

  async remove(name: string): Promise<void> {
    await Promise.all([this.seedFile(name), this.#publicFile(name)].map((file) => rm(file, { force: true })));
  }

  #publicFile(name: string): string {
    return join(this.folder, `${name}.pub`);
  }

  async #read(file: string): Promise<string | undefined> {
    return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  }
}
