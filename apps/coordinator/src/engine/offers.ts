import { Inject, Injectable } from '@nestjs/common';
import { PREFERENCES, type Weights } from '@waggle/flow';
import type { DirectorySkill } from '@waggle/protocol';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { Directory } from './directory.js';
import { Freezes } from './freezes.js';
import { Pressure } from './pressure.js';

/** Who may get a task, and what counts in the choice. */
@Injectable()
export class Offers {
  readonly weights: Weights;

  constructor(
    @Inject(COORDINATOR_CONFIG) { prefer }: CoordinatorConfig,
    private readonly directory: Directory,
    private readonly pressure: Pressure,
    private readonly freezes: Freezes,
  ) {
    this.weights = PREFERENCES[prefer];
  }

  find(skill: string): DirectorySkill | undefined {
    return this.directory.find(skill);
  }

  frozen(skill: string): boolean {
    return this.freezes.has(skill);
  }

  /** Reads who offers a skill now, and whether it is frozen. */
  async refresh(skill: string): Promise<void> {
    await Promise.all([this.directory.refresh(skill), this.freezes.refresh(skill)]);
  }

  goesFirst(tenant: string, skill: string): boolean {
    return this.pressure.goesFirst(tenant, skill);
  }
}
