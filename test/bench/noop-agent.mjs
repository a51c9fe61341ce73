/** An agent whose one skill does nothing, so that all that is measured is Waggle. Decorated by hand: this file is not compiled. */
import { Module } from '@nestjs/common';
import { Agent, agentManifest, agentService, runService, Skill } from '@waggle/agent';

export const AGENT = 'noop';
export const SKILL = 'bench.noop';
export const manifest = agentManifest(AGENT);

class Noop {
  async work() {
    return { ok: true };
  }
}
Agent({ name: AGENT, description: 'Does nothing', slots: 64 })(Noop);
Skill({ id: SKILL })(Noop.prototype, 'work', Object.getOwnPropertyDescriptor(Noop.prototype, 'work'));

class NoopModule {}
Module({ providers: [Noop] })(NoopModule);

if (process.argv[1] === import.meta.filename) await runService(agentService(NoopModule, manifest));
