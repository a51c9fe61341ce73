/** An agent with an effect that can be counted: each call appends its idempotency key to the file of CHAOS_EFFECTS. */
import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Agent, agentManifest, agentService, Skill } from '@waggle/agent';

class Counter {
  async count({ item, work = 0 }, ctx) {
    await appendFile(process.env.CHAOS_EFFECTS, `${ctx.idempotencyKey}\n`);
    if (work > 0) await delay(work, undefined, { signal: ctx.signal });
    return { item };
  }
}
Skill({
  id: 'counter.count',
  description: 'Leaves one line for each time it ran; answers after `work` milliseconds',
  input: { type: 'object', required: ['item'], properties: { item: { type: 'integer' }, work: { type: 'integer', minimum: 0 } } },
  timeout: '1m',
})(Counter.prototype, 'count', Object.getOwnPropertyDescriptor(Counter.prototype, 'count'));
Agent({ name: 'counter', description: 'Counts what it did', slots: 8 })(Counter);

class CounterModule {}
Module({ providers: [Counter] })(CounterModule);

export const service = agentService(CounterModule, agentManifest('counter'));
