import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Bucket, Bus, Subscription } from '@waggle/bus';
import { skillKey, skillOfKey, type DirectorySkill } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

const PREFIX = 'skill.';

/**
 * Who offers what, as the registry writes it. Decisions are made on this picture: what is heard late or missed costs a
 * wait at most, for whoever waits for a skill is looked after with a fresh reading (`refresh`).
 */
@Injectable()
export class Directory implements OnModuleInit, OnModuleDestroy {
  private readonly skills = new Map<string, DirectorySkill>();
  private readonly bucket: Bucket;
  private watching?: Subscription;
  private stopHearing?: () => void;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {
    this.bucket = bus.bucket('DIRECTORY');
  }

  async onModuleInit(): Promise<void> {
    this.watching = await this.bucket.watch(`${PREFIX}>`, (entry) =>
      this.heard(entry.key, entry.deleted ? undefined : entry.json<DirectorySkill>()),
    );
    await this.reload();
    // writes are heard at most once: after a break, read them all again
    this.stopHearing = this.bus.onHealth(({ ready }) => {
      if (ready) this.reload().catch((error: unknown) => this.log.warn('the directory could not be read again', { error }));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopHearing?.();
    await this.watching?.stop();
  }

  find(skill: string): DirectorySkill | undefined {
    return this.skills.get(skill);
  }

  /** Reads who offers a skill now, from the bucket's leader: a wake that is decided on an older picture is lost. False: nobody. */
  async refresh(skill: string): Promise<boolean> {
    const key = `${PREFIX}${skillKey(skill)}`;
    const entry = await this.bucket.get(key, { from: 'leader' });
    this.heard(key, entry?.json<DirectorySkill>());
    return (this.find(skill)?.offers.length ?? 0) > 0;
  }

  private async reload(): Promise<void> {
    const entries = await this.bucket.entries(`${PREFIX}>`);
    const there = new Set(entries.map(({ key }) => key));
    for (const skill of this.skills.keys()) if (!there.has(`${PREFIX}${skillKey(skill)}`)) this.skills.delete(skill);
    for (const entry of entries) this.heard(entry.key, entry.json<DirectorySkill>());
  }

  private heard(key: string, entry: DirectorySkill | undefined): void {
    const skill = skillOfKey(key.slice(PREFIX.length));
    if (entry === undefined || entry.offers.length === 0) this.skills.delete(skill);
    else this.skills.set(skill, entry);
  }
}
