/** An agent that holds each task for a while, and notes when it began: of the same task once for each time it ran. */
import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Agent, agentManifest, agentService, runService, Skill } from '@waggle/agent';

export const AGENT = 'holder';
export const SKILL = 'bench.hold';
/** Milliseconds. */
export const HOLD = 300;

class Holder {
  async hold(_input, ctx) {
    await appendFile(process.env.HOLDER_NOTES, `${ctx.idempotencyKey} ${process.pid} ${Date.now()}\n`);
    await delay(HOLD, undefined, { signal: ctx.signal });
    return null;
  }
}
Skill({ id: SKILL, description: 'Holds a task for a while', input: {}, timeout: '1m' })(
  Holder.prototype,
  'hold',
  Object.getOwnPropertyDescriptor(Holder.prototype, 'hold'),
);
Agent({ name: AGENT, description: 'Holds tasks', slots: 4 })(Holder);

class HolderModule {}
Module({ providers: [Holder] })(HolderModule);

export const service = agentService(HolderModule, agentManifest(AGENT));
if (process.argv[1] === import.meta.filename) await runService(service);
