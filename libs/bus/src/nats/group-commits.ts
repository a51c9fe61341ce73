import { streamOf, type StoreName } from '@waggle/protocol';
import { GROUPED } from '../topology/grouped.js';
import { GroupCommit } from './group-commit.js';
import type { Outbox } from './outbox.js';
import type { Wire } from './wire.js';

/** The group commit of each stream that has one. */
export class GroupCommits {
  private readonly groups: ReadonlyMap<StoreName, GroupCommit>;

  constructor(wire: Wire, outbox: Outbox) {
    this.groups = new Map(GROUPED.map((stream) => [stream, new GroupCommit(wire, outbox)]));
  }

  /** Not yet sent. */
  get waiting(): number {
    let sum = 0;
    for (const group of this.groups.values()) sum += group.waiting;
    return sum;
  }

  /** Undefined where each message goes by itself. */
  of(subject: string): GroupCommit | undefined {
    const stream = streamOf(subject);
    const group = stream && this.groups.get(stream);
    return group?.serves ? group : undefined;
  }

  reconnected(): void {
    for (const group of this.groups.values()) group.reconnected();
  }
}
