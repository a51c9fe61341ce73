import { Injectable } from '@nestjs/common';
import { codeOf } from '@waggle/protocol';
import { Log } from '@waggle/service';
import { againDelay } from '../domain/backoff.js';
import type { FlowKey } from '../domain/flow-key.js';
import { Engine } from './engine.js';
import { EngineMetrics } from './engine-metrics.js';
import type { Job } from './job.js';
import { Lanes } from './lanes.js';
import { LateTimers } from './late-timers.js';
import { StillToCome } from './orphans.js';

/** While the disk is full there is no use in hurrying. */
const FULL_DELAY = 1_000;

/** Hands the jobs of the lanes to the engine, and settles each by what became of it. */
@Injectable()
export class Desk {
  constructor(
    private readonly engine: Engine,
    private readonly metrics: EngineMetrics,
    private readonly late: LateTimers,
    private readonly log: Log,
    lanes: Lanes,
  ) {
    lanes.serve((key, jobs) => this.work(key, jobs));
  }

  private async work(key: FlowKey, jobs: readonly Job[]): Promise<void> {
    const now = Date.now();
    for (const { input } of jobs) this.metrics.inputLag.observe(Math.max(0, now - input.at) / 1000);
    try {
      await this.settle(key, jobs);
    } catch (error) {
      // an input that cannot be decided must not hold up those it came with
      if (jobs.length > 1 && codeOf(error) === undefined) {
        for (const job of jobs) await this.work(key, [job]);
      } else this.handBack(key, jobs, error);
    }
  }

  private async settle(key: FlowKey, jobs: readonly Job[]): Promise<void> {
    const before = this.late.of(key);
    await this.engine.settle(
      key,
      jobs.map(({ input }) => input),
      Math.max(...jobs.map(({ deliveries }) => deliveries)),
    );
    if (jobs.some(({ internal }) => internal)) await this.late.storeNow(key);
    const late = this.late.of(key);
    const done = (): void => jobs.forEach((job) => job.done());
    if (late === undefined || late === before) done();
    else late.then(done, (error: unknown) => this.handBack(key, jobs, error));
  }

  /** What was stored is unknown: the log says it when the inputs come again. */
  private handBack(key: FlowKey, jobs: readonly Job[], error: unknown): void {
    this.engine.doubt(key);
    this.metrics.failures.inc(jobs.length);
    const least = codeOf(error) === 'STORAGE_FULL' ? FULL_DELAY : 0;
    if (!(error instanceof StillToCome))
      this.log.warn('inputs could not be dealt with: they come again', { ...key, code: codeOf(error), error });
    for (const job of jobs) job.again(Math.max(least, againDelay(job.deliveries)), error);
  }
}
