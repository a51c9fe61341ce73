/** An audit of a sample repository, and what it must give whatever is killed meanwhile. */
import { createHash } from 'node:crypto';
import { newId } from '@waggle/protocol';
import { snapshot } from '@waggle/workspace';
import { checkLog, readLog, whatItWaitsFor } from './check-log.mjs';
import { TENANT } from './mesh.mjs';

/** No flow may take longer: whatever is killed once is back long before. */
export const BOUND = 60_000;
const COMPARED = ['report.json', 'report.sarif', 'report.html'];

const digestsOf = async (bus, outcome) => {
  const digests = {};
  for (const { name, blob } of outcome.output?.artifacts ?? []) {
    if (COMPARED.includes(name))
      digests[name] = createHash('sha256')
        .update(await bus.blobs.get(TENANT, blob))
        .digest('hex');
  }
  return digests;
};

/** When each agent had work, in milliseconds after the flow began: a kill at another time meets an idle process. */
const windowsOf = (log) => {
  const windows = new Map();
  const agents = new Map();
  const note = (agent, at) => {
    const { from, to } = windows.get(agent) ?? { from: at, to: at };
    windows.set(agent, { from: Math.min(from, at), to: Math.max(to, at) });
  };
  for (const { at, events } of log) {
    for (const event of events) {
      if (event.type === 'taskDispatched') agents.set(event.taskId, event.agent);
      if (event.type === 'taskDispatched' || event.type === 'taskCompleted') note(agents.get(event.taskId), at - log[0].at);
    }
  }
  return windows;
};

export class Audit {
  constructor(mesh, input) {
    this.mesh = mesh;
    this.input = input;
  }

  /** Runs it undisturbed, twice: the first time warms up, the second is what the others are held against. */
  static async prepare(mesh, repository) {
    // fresh: what is killed must be at work, and every report the same
    const audit = new Audit(mesh, { workspace: await snapshot(repository, { bus: mesh.bus, tenant: TENANT }), fresh: true });
    const first = await audit.run();
    audit.digests = first.digests;
    const second = await audit.run();
    const wrong = [...first.wrong, ...second.wrong];
    if (Object.keys(first.digests).length !== COMPARED.length) wrong.push('the report is not whole');
    if (wrong.length > 0) throw new Error(`the undisturbed audit: ${wrong.join('; ')}`);
    audit.took = second.took;
    audit.windows = windowsOf(await readLog(mesh.bus, second.flowId));
    return audit;
  }

  /** When to kill a service so that it matters, by chance. */
  momentFor(name, random) {
    const { from, to } = this.windows.get(name) ?? { from: 0, to: this.took };
    return Math.round(from + random.real() * (to - from));
  }

  /** One audit, with `disturb` going on meanwhile; everything that is wrong with how it ended. */
  async run(disturb = async () => undefined) {
    const { bus, client } = this.mesh;
    const flowId = newId();
    const began = performance.now();
    await client.submit({ workflow: 'repo-audit', input: this.input }, { flowId });
    let took;
    const ending = client.outcome(flowId, { timeout: BOUND }).finally(() => (took = performance.now() - began));
    const [ended, disturbed] = await Promise.allSettled([ending, disturb(() => took === undefined)]);
    if (disturbed.status === 'rejected') throw disturbed.reason;
    if (ended.status === 'rejected') {
      const wrong = [`${ended.reason.message} ${await whatItWaitsFor(bus, flowId)}`];
      return { flowId, took, disturbed: disturbed.value, digests: {}, wrong };
    }
    return { flowId, took, disturbed: disturbed.value, ...(await this.#check(bus, ended.value)) };
  }

  async #check(bus, outcome) {
    if (outcome.state !== 'COMPLETED') return { digests: {}, wrong: [`${outcome.state}: ${JSON.stringify(outcome.errors)}`] };
    const digests = await digestsOf(bus, outcome);
    const wrong = await checkLog(bus, outcome.flowId);
    for (const [name, digest] of Object.entries(this.digests ?? {})) if (digests[name] !== digest) wrong.push(`${name} is another`);
    return { digests, wrong };
  }
}
