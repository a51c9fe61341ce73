import { Inject, Injectable } from '@nestjs/common';
import { isApplied, timedOut, timeOf, type Input } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';
import { readInput } from '../domain/read-input.js';
import type { Flow } from './flow-store.js';

const WIDTH = 64;

/**
 * A due timer ends an attempt only after its RESULT subject was read from the leader: a result that is stored wins, also
 * when INPUT's copy of it is still on its way.
 */
@Injectable()
export class StoredResults {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** The results, not among the inputs yet, of attempts that these inputs would end as too late. */
  async late(key: FlowKey, flow: Flow, inputs: readonly Input[]): Promise<Input[]> {
    const timers = inputs.filter(({ kind }) => kind === 'timer');
    if (timers.length === 0) return [];
    const now = timeOf(flow.state, inputs);
    const known = new Set(inputs.filter(({ kind }) => kind === 'result').map(({ origin }) => origin.sequence));
    const found: Input[] = [];
    await inParallel(timedOut(flow.state, now), WIDTH, async ({ agent, taskId, attempt }) => {
      const subject = subjects.result(key.tenant, agent, key.flowId, taskId, attempt);
      const stored = await this.bus.last('RESULT', subject, { from: 'leader' });
      if (stored === undefined) return;
      const origin = { stream: 'RESULT', sequence: stored.sequence };
      if (known.has(stored.sequence) || isApplied(flow.state, origin) !== undefined) return;
      const address = { kind: 'result', partition: 0, ...key, agent, taskId, attempt } as const;
      const { input } = readInput({ address, origin, body: stored.body, time: stored.time }, []);
      if (input !== undefined) found.push(input);
    });
    return found;
  }
}
