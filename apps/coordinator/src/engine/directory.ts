import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { BucketMirror, type Bus } from '@waggle/bus';
import { skillKey, type DirectorySkill } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

const keyOf = (skill: string): string => `skill.${skillKey(skill)}`;

/**
 * Who offers what, as the registry writes it. Decisions are made on this picture: what is heard late or missed costs a
 * wait at most, for whoever waits for a skill is looked after with a fresh reading (`refresh`).
 */
@Injectable()
export class Directory implements OnModuleInit, OnModuleDestroy {
  private readonly skills: BucketMirror<DirectorySkill>;

  constructor(@Inject(BUS) bus: Bus, log: Log) {
    const read = (entry: { json<T>(): T }): DirectorySkill | undefined => {
      const skill = entry.json<DirectorySkill>();
      return skill.offers.length > 0 ? skill : undefined;
    };
    this.skills = new BucketMirror(bus, 'DIRECTORY', { pattern: keyOf('>'), read, log });
  }

  onModuleInit(): Promise<void> {
    return this.skills.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.skills.stop();
  }

  find(skill: string): DirectorySkill | undefined {
    return this.skills.get(keyOf(skill));
  }

  /** Reads who offers a skill now, from the bucket's leader: a wake that is decided on an older picture is lost. False: nobody. */
  async refresh(skill: string): Promise<boolean> {
    return (await this.skills.refresh(keyOf(skill))) !== undefined;
  }
}
