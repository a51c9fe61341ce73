import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Bucket, Bus, Subscription } from '@waggle/bus';
import { freezeKey, skillOfKey } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

const ALL = freezeKey('>');
const PREFIX = freezeKey('');

/**
 * Which skills are frozen. What is heard late lets a task through, or keeps it waiting until it is looked after with a
 * fresh reading (`refresh`): whoever thaws says so by an event, which is never lost.
 */
@Injectable()
export class Freezes implements OnModuleInit, OnModuleDestroy {
  private readonly frozen = new Set<string>();
  private readonly bucket: Bucket;
  private watching?: Subscription;
  private stopHearing?: () => void;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {
    this.bucket = bus.bucket('QUOTAS');
  }

  async onModuleInit(): Promise<void> {
    this.watching = await this.bucket.watch(ALL, ({ key, deleted }) => this.heard(key, !deleted));
    await this.reload();
    this.stopHearing = this.bus.onHealth(({ ready }) => {
      if (ready) this.reload().catch((error: unknown) => this.log.warn('frozen skills could not be read again', { error }));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopHearing?.();
    await this.watching?.stop();
  }

  has(skill: string): boolean {
    return this.frozen.has(skill);
  }

  /** Reads whether a skill is frozen now. */
  async refresh(skill: string): Promise<boolean> {
    const key = freezeKey(skill);
    this.heard(key, (await this.bucket.get(key, { from: 'leader' })) !== undefined);
    return this.has(skill);
  }

  private async reload(): Promise<void> {
    const entries = await this.bucket.entries(ALL);
    this.frozen.clear();
    for (const { key } of entries) this.heard(key, true);
  }

  private heard(key: string, frozen: boolean): void {
    const skill = skillOfKey(key.slice(PREFIX.length));
    if (frozen) this.frozen.add(skill);
    else this.frozen.delete(skill);
  }
}
