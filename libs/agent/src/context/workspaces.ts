import type { Bus } from '@waggle/bus';
import { openWorkspace, type Shard, type ShardFiles, type Workspace, type WorkspaceRef } from '@waggle/workspace';

const KEPT = 4;

/** Opens workspaces for one tenant's tasks. Many shards of one workspace come to an agent: its list is read once. */
export class Workspaces {
  private readonly opened = new Map<string, Promise<Workspace>>();

  constructor(
    private readonly bus: Bus,
    private readonly tenant: string,
  ) {}

  /** The files of a shard, or of a whole workspace, to go through. Fails as `openWorkspace` does. */
  async open(what: Shard | WorkspaceRef): Promise<ShardFiles> {
    return 'workspace' in what ? (await this.at(what.workspace)).shard(what) : (await this.at(what)).all();
  }

  /** A workspace itself: its entries, and the text of any of them. */
  at(ref: WorkspaceRef): Promise<Workspace> {
    const key = `${ref.manifest.writer}/${ref.manifest.sha256}`;
    const known = this.opened.get(key);
    this.opened.delete(key);
    const workspace = known ?? openWorkspace(this.bus, this.tenant, ref);
    this.opened.set(key, workspace);
    if (known === undefined) workspace.catch(() => this.opened.get(key) === workspace && this.opened.delete(key));
    const [oldest] = this.opened.keys();
    if (this.opened.size > KEPT && oldest !== undefined) this.opened.delete(oldest);
    return workspace;
  }
}
