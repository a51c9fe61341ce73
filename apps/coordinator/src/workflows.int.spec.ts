import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bus } from '@waggle/bus';
import { parseDefinition, type FlowDefinition, type StepDefinition } from '@waggle/flow';
import { MESSAGE_TYPES, subjects, type AgentMessage, type EscalationRequest, type Outcome } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, type ScriptedAgent, type ScriptedTask, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

jest.setTimeout(60_000);

/** A workflow of the house; `changed` makes its hours seconds. */
const workflow = (name: string, changed: (text: string) => string = (text) => text): FlowDefinition => {
  const parsed = parseDefinition(changed(readFileSync(path.join(__dirname, `../../../workflows/${name}.yaml`), 'utf8')), { file: name });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
};

const skillsOf = ({ steps, rules = [] }: FlowDefinition): string[] =>
  [...steps, ...rules.flatMap(({ add = [] }) => add)].flatMap(({ skill, flow, compensate }: StepDefinition) => [
    ...(skill === undefined ? [] : [skill]),
    ...(flow === undefined ? [] : skillsOf(flow)),
    ...(compensate?.skill === undefined ? [] : [compensate.skill]),
  ]);

const NAMES = ['new-feature', 'critical-bug', 'performance-optimization', 'marketing-campaign'];

describe('the workflows of the house, with scripted agents', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let crew: ScriptedAgent;
  /** What the crew says of a skill; else the skill's own name and its input. */
  let says: Record<string, (task: ScriptedTask) => unknown> = {};
  let since = 0;

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    await startReplica(await broker.busFor('coordinator'));
    crew = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 64,
      script: async (task) => {
        const { skill, input } = task.dispatch;
        const say = says[skill];
        return { output: say === undefined ? { by: skill, input } : await say(task) };
      },
    });
    for (const skill of new Set(NAMES.flatMap((name) => skillsOf(workflow(name)))))
      await offerSkill(see, skill, [{ agent: 'worker', slots: 64, freeSlots: 64 }]);
    client = await TestClient.join(broker);
  });

  beforeEach(() => {
    says = {};
    since = crew.taken.length;
  });

  /** Skills in the order in which their tasks were taken in this test. */
  const done = (): string[] => crew.taken.slice(since).map(({ dispatch }) => dispatch.skill);
  const run = async (definition: FlowDefinition, input: unknown): Promise<Outcome> =>
    client.outcome(await client.submit({ definition: { ...definition }, input }), 40_000);
  const fail =
    (message: string, retryable = false) =>
    () => {
      throw Object.assign(new Error(message), { retryable });
    };
  const decide = async (flowId: string, option: string): Promise<void> => {
    const ask = await eventually(
      async () => (await see.read('ESCALATION', subjects.ask(TENANT, flowId, '*')))[0]?.json<AgentMessage<EscalationRequest>>().payload,
      { timeout: 20_000 },
    );
    const payload = { id: ask.id, option, decidedBy: 'somebody' };
    await see.publishOnce(
      'ESCALATION',
      subjects.answer(TENANT, 'client', flowId, ask.id!),
      JSON.stringify({ type: MESSAGE_TYPES.decision, payload }),
    );
  };
  const before = (first: string, second: string): void => expect(done().indexOf(first)).toBeLessThan(done().indexOf(second));

  describe('new feature', () => {
    const passing = () => {
      says['testing.integrate'] = () => ({ passed: true });
      says['security.approve'] = () => ({ approved: true });
    };

    it('goes through its four phases, each after the one before, the second and the last in order', async () => {
      passing();
      const outcome = await run(workflow('new-feature'), { feature: 'collaboration' });
      expect(outcome).toMatchObject({ state: 'COMPLETED', output: { deployment: { by: 'devops.deploy', input: { to: 'production' } } } });
      expect(new Set(done().slice(0, 3))).toEqual(new Set(['security.threat-model', 'database.design', 'frontend.requirements']));
      expect(done().slice(3, 7)).toEqual(['database.migrate', 'api.implement', 'frontend.build', 'testing.prepare']);
      expect(new Set(done().slice(7, 10))).toEqual(new Set(['testing.integrate', 'devops.prepare', 'security.approve']));
      expect(done().slice(10)).toEqual(['devops.deploy', 'testing.smoke', 'devops.deploy']);
    });

    it('rolls back in reverse order when an agent fails, plans anew, and delivers by the new plan', async () => {
      passing();
      let smoked = 0;
      says['testing.smoke'] = () => (smoked++ === 0 ? fail('it smokes')() : { ok: true });
      says['meta.replan'] = () => ({ approach: 'smaller' });
      const outcome = await run(workflow('new-feature'), { feature: 'collaboration' });
      expect(outcome.state).toBe('COMPLETED');
      const undone = done().filter((skill) => /revert|undeploy/.test(skill));
      expect(undone).toEqual(['devops.undeploy', 'frontend.revert', 'api.revert', 'database.revert']);
      before('database.revert', 'meta.replan');
      const again = crew.taken.slice(since).filter(({ dispatch }) => dispatch.skill === 'database.design');
      expect(again.map(({ dispatch }) => (dispatch.input as { plan: unknown }).plan)).toEqual([null, { approach: 'smaller' }]);
    });

    it('fails when the second way fails too, with both rolled back', async () => {
      says['security.approve'] = () => ({ approved: false });
      says['testing.integrate'] = () => ({ passed: true });
      const outcome = await run(workflow('new-feature'), { feature: 'x' });
      expect(outcome.state).toBe('FAILED');
      expect(done().filter((skill) => skill === 'database.revert')).toHaveLength(2);
      expect(done()).not.toContain('devops.deploy');
    });
  });

  describe('critical bug', () => {
    const triaged = (more: object = {}): void => {
      says['meta.triage'] = () => ({
        primary: 'api',
        mitigate: false,
        security: false,
        dataRisk: false,
        supporting: ['frontend', 'devops'],
        ...more,
      });
      says['meta.watch'] = () => ({ effective: true });
    };
    const quick = (text: string): string => text.replace('{ for: 60m }', '{ for: 1s }');

    it('is fixed within the hour: nobody is asked, and the clock is stopped', async () => {
      triaged();
      const outcome = await run(workflow('critical-bug'), { report: 'it is down' });
      expect(outcome).toMatchObject({ state: 'COMPLETED', output: { lead: 'api' } });
      for (const skill of ['devops.mitigate', 'security.investigate', 'database.investigate', 'security.review'])
        expect(done()).not.toContain(skill);
      expect(done().filter((skill) => skill === 'bug.assess-impact')).toHaveLength(2);
      before('meta.coordinate', 'bug.fix');
      before('bug.fix', 'testing.validate');
      before('testing.validate', 'devops.deploy');
      before('devops.deploy', 'meta.watch');
      expect(Date.parse(outcome.endedAt) - Date.parse(outcome.startedAt)).toBeLessThan(40_000);
    });

    it.each([
      ['security', { security: true, dataRisk: true, mitigate: true }, 'security.investigate'],
      ['database', { dataRisk: true }, 'database.investigate'],
    ])('is led by %s where that is at stake', async (lead, found, investigates) => {
      triaged(found);
      expect(await run(workflow('critical-bug'), { report: 'r' })).toMatchObject({ state: 'COMPLETED', output: { lead } });
      expect(done().filter((skill) => /investigate/.test(skill))).toEqual([investigates]);
      expect(done().includes('security.review')).toBe(lead === 'security');
      expect(done().includes('devops.mitigate')).toBe('mitigate' in found);
    });

    it('after the hour people are asked: they let it go on, or stop it and what was done is undone', async () => {
      for (const option of ['go-on', 'stop']) {
        triaged();
        since = crew.taken.length;
        let release: () => void = () => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        says['testing.regression'] = () => held.then(() => ({ tests: 3 }));
        const flowId = await client.submit({ definition: { ...workflow('critical-bug', quick) }, input: { report: 'slow' } });
        await decide(flowId, option);
        if (option === 'go-on') release();
        const outcome = await client.outcome(flowId, 20_000);
        release();
        expect(outcome.state).toBe(option === 'go-on' ? 'COMPLETED' : 'FAILED');
        expect(done().includes('bug.unfix')).toBe(option === 'stop');
      }
    });

    it('fails when a time box is over, and takes the fix back', async () => {
      triaged();
      says['testing.regression'] = () => new Promise(() => undefined);
      const hasty = workflow('critical-bug', (text) => text.replace('- id: solution\n    timeout: 30m', '- id: solution\n    timeout: 2s'));
      const outcome = await run(hasty, { report: 'r' });
      expect(outcome.state).toBe('FAILED');
      expect(done()).toContain('bug.unfix');
      expect(done()).not.toContain('devops.deploy');
    });
  });

  describe('performance optimization', () => {
    const planned = (changes: object[]): void => {
      says['meta.prioritize'] = () => ({ changes });
      says['meta.validate'] = () => ({ met: true });
    };
    const change = (id: string, impact: string) => ({ id, impact, rollback: `undo ${id}` });

    it('measures from four sides, then changes one after another, most effect first; what makes it slower is taken back', async () => {
      planned([change('low', 'low'), change('index', 'high'), change('worse', 'high'), change('cache', 'medium')]);
      let applied = '';
      let atOnce = 0;
      says['performance.apply'] = async ({ dispatch }) => {
        expect(++atOnce).toBe(1);
        applied = (dispatch.input as { change: { id: string } }).change.id;
        await new Promise((resolve) => setTimeout(resolve, 20));
        atOnce--;
        return { applied };
      };
      let measured = 0;
      says['testing.measure'] = () => ({ milliseconds: measured++ % 2 === 0 ? 100 : applied === 'worse' ? 150 : 50 });
      const outcome = await run(workflow('performance-optimization'), { system: 'shop' });
      expect(outcome.state).toBe('COMPLETED');
      expect(new Set(done().slice(0, 4))).toEqual(new Set(['database.measure', 'frontend.measure', 'api.measure', 'devops.measure']));
      const order = crew.taken.slice(since).filter(({ dispatch }) => dispatch.skill === 'performance.apply');
      expect(order.map(({ dispatch }) => (dispatch.input as { change: { id: string } }).change.id)).toEqual([
        'index',
        'worse',
        'cache',
        'low',
      ]);
      const undone = crew.taken.slice(since).filter(({ dispatch }) => dispatch.skill === 'performance.rollback');
      expect(undone.map(({ dispatch }) => (dispatch.input as { change: { id: string } }).change.id)).toEqual(['worse']);
      const { applied: kept } = outcome.output as { applied: { change: { id: string }; before: number; now: number }[] };
      expect(kept.map(({ change: { id }, before: from, now }) => [id, from, now])).toEqual([
        ['index', 100, 50],
        ['cache', 100, 50],
        ['low', 100, 50],
      ]);
    });

    it('begins nothing without a way back', async () => {
      planned([{ id: 'bold', impact: 'high', rollback: '' }]);
      expect((await run(workflow('performance-optimization'), { system: 'shop' })).state).toBe('FAILED');
      expect(done()).not.toContain('performance.apply');
    });
  });

  describe('marketing campaign', () => {
    const quick = (text: string): string => text.replace('{ for: 3d }', '{ for: 100ms }');
    const input = { industry: 'B2B SaaS', audience: 'SMB', brand: { voice: 'plain' }, budget: 5000, goals: ['leads'] };
    const made = (metrics: object): void => {
      says['marketing.research'] = () => ({ insights: ['they read mail'] });
      let round = 0;
      says['marketing.review'] = () => ({ consistent: ++round === 2 });
      says['marketing.metrics'] = () => metrics;
    };
    const begin = async (metrics: object, option = 'begin', more: object = {}): Promise<Outcome> => {
      made(metrics);
      const flowId = await client.submit({ definition: { ...workflow('marketing-campaign', quick) }, input: { ...input, ...more } });
      await decide(flowId, option);
      return client.outcome(flowId, 20_000);
    };

    it('researches, plans, writes and reviews in order, asks, then makes all platforms at once', async () => {
      const outcome = await begin({ performance: 0.9, engagement: 0.1, costEfficiency: 0.9 });
      expect(outcome).toMatchObject({ state: 'COMPLETED', output: { approved: true, ads: { facebook: { by: 'ads.facebook' } } } });
      expect(done().slice(0, 5)).toEqual([
        'marketing.research',
        'marketing.strategy',
        'marketing.content',
        'marketing.review',
        'marketing.review',
      ]);
      expect(new Set(done().slice(5, 8))).toEqual(new Set(['ads.facebook', 'ads.google', 'ads.linkedin']));
      expect(done().slice(8)).toEqual(['marketing.metrics', 'marketing.report']);
    });

    it('adds agents by what the metrics show', async () => {
      await begin({ performance: 0.5, engagement: 0.2, costEfficiency: 0.5 }, 'begin', { platforms: ['google'] });
      expect(
        done()
          .filter((skill) => /optimize|scale|save/.test(skill))
          .sort(),
      ).toEqual(['marketing.optimize', 'marketing.save', 'marketing.scale']);
      expect(done().filter((skill) => skill.startsWith('ads.'))).toEqual(['ads.google']);
    });

    it('spends nothing when people say no', async () => {
      const outcome = await begin({}, 'stop');
      expect(outcome).toMatchObject({ state: 'COMPLETED', output: { approved: false } });
      expect(done().some((skill) => skill.startsWith('ads.'))).toBe(false);
    });

    it('is not planned on research that found nothing', async () => {
      made({});
      says['marketing.research'] = () => ({ insights: [] });
      expect((await run(workflow('marketing-campaign'), input)).state).toBe('FAILED');
      expect(done()).not.toContain('marketing.strategy');
    });
  });
});
