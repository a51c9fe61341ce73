import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { BucketMirror, type Bus } from '@waggle/bus';
import { freezeKey } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

/**
 * Which skills are frozen. What is heard late lets a task through, or keeps it waiting until it is looked after with a
 * fresh reading (`refresh`): whoever thaws says so by an event, which is never lost.
 */
@Injectable()
export class Freezes implements OnModuleInit, OnModuleDestroy {
  private readonly frozen: BucketMirror<true>;

  constructor(@Inject(BUS) bus: Bus, log: Log) {
    this.frozen = new BucketMirror(bus, 'QUOTAS', { pattern: freezeKey('>'), read: () => true, log });
  }

  onModuleInit(): Promise<void> {
    return this.frozen.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.frozen.stop();
  }

  has(skill: string): boolean {
    return this.frozen.get(freezeKey(skill)) ?? false;
  }

  /** Reads whether a skill is frozen now. */
  async refresh(skill: string): Promise<boolean> {
    return (await this.frozen.refresh(freezeKey(skill))) ?? false;
  }
}
