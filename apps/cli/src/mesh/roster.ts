import { brokerConfig, clientManifest, type Manifest } from '@waggle/bus';
import { manifest as cli } from '../cli.manifest.js';
import { manifest as keeper } from '../keeper.manifest.js';
import { manifest as provisioner } from '../provisioner.manifest.js';
import { readAllowed } from './allowed.js';
import type { FoundService } from './discover.js';
import type { MeshFolder } from './folder.js';
import { Keys } from './keys.js';
import { loadService } from './load-module.js';

export const DEFAULT_TENANT = 'default';
/** The plain client that every mesh lets in. */
export const DEFAULT_CLIENT = 'client';

/** Everybody who may sign in: services, this command, a plain client, and who was let in. */
export class Roster {
  private constructor(
    private readonly house: readonly Manifest[],
    private readonly folder: MeshFolder,
    readonly keys: Keys,
    public allowed: Manifest[],
  ) {}

  static async of(services: readonly FoundService[], folder: MeshFolder): Promise<Roster> {
    const manifests = await Promise.all(services.map(async ({ entry }) => (await loadService(entry)).manifest));
    const house = [cli, provisioner, keeper, clientManifest(DEFAULT_CLIENT, DEFAULT_TENANT), ...manifests];
    return new Roster(house, folder, new Keys(folder.keys), await readAllowed(folder.allowed));
  }

  get manifests(): Manifest[] {
    return [...this.house, ...this.allowed.filter(({ name }) => !this.house.some((own) => own.name === name))];
  }

  /** Reads anew who was let in. */
  async refresh(): Promise<void> {
    this.allowed = await readAllowed(this.folder.allowed);
  }

  /** The accounts block of the broker's configuration. Makes the keys that are missing. */
  async config(): Promise<string> {
    const { manifests } = this;
    return brokerConfig({ manifests, keys: await this.keys.publicKeys(manifests.map(({ name }) => name)) });
  }
}
