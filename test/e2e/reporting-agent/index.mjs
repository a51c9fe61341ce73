/** An agent that says how far it is and what time it is, as often as it can, for so long or until there is a file. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Agent, agentManifest, agentService, Skill } from '@waggle/agent';

const PARTS_A_SECOND = 50;

class Reporter {
  async report({ seconds, until }, ctx) {
    const parts = seconds * PARTS_A_SECOND;
    for (let part = 0; part < parts && !existsSync(until); part++) {
      ctx.progress(part / parts, `part ${part} at ${Math.round(performance.now())} ms`);
      await delay(1_000 / PARTS_A_SECOND, undefined, { signal: ctx.signal });
    }
    return { parts };
  }
}
Skill({
  id: 'reporter.report',
  description: 'Says how far it is',
  input: { type: 'object', required: ['seconds', 'until'], properties: { seconds: { type: 'integer' }, until: { type: 'string' } } },
  timeout: '10m',
})(Reporter.prototype, 'report', Object.getOwnPropertyDescriptor(Reporter.prototype, 'report'));
Agent({ name: 'reporter', description: 'Says how far it is', slots: 8 })(Reporter);

class ReporterModule {}
Module({ providers: [Reporter] })(ReporterModule);

export const service = agentService(ReporterModule, agentManifest('reporter'));
