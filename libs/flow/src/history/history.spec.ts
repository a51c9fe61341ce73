import { Driver, offer } from '../testing/driver.js';
import { statusOf } from '../state/status.js';
import { Replay } from './replay.js';
import { tell } from './sentences.js';

const definition = {
  name: 'audit',
  version: '1.0.0',
  steps: [
    { id: 'plan', skill: 'work.plan', retry: { attempts: 2, initial: '1s', jitter: 0 } },
    { id: 'each', skill: 'work.do', forEach: 'steps.plan.output', input: '${{ item }}' },
    { id: 'maybe', skill: 'work.do', when: 'false' },
  ],
};

const run = (): Driver => {
  const driver = new Driver();
  driver.agents = { 'work.plan': [offer('planner')], 'work.do': [offer('worker')] };
  driver.submit({ definition });
  driver.fail('plan');
  driver.fire();
  driver.complete('plan', ['a', 'b']);
  driver.complete('each-0');
  driver.signal('cancel', { reason: 'enough' });
  return driver;
};

describe('the history of a flow', () => {
  it('says every transition in sentences, and why it came', () => {
    const told = run().log.map(tell);
    const all = told.flatMap(({ said }) => said).join('\n');
    for (const sentence of [
      'ann asked for audit 1.0.0; it must end by',
      'maybe was skipped (when: false)',
      'plan went to planner for work.plan, priority normal, until',
      'attempt 1 of plan failed with INTERNAL: INTERNAL; it is tried again at',
      'plan went to planner for work.plan (attempt 2)',
      'plan was completed (attempt 2) in 0 ms by instance i1',
      'each became 2 tasks',
      'ann told it to cancel: enough',
      'each-1 was canceled',
      'the flow ended CANCELED: 2 completed, 1 canceled',
    ])
      expect(all).toContain(sentence);
    expect(all).not.toContain('not known here');
    expect(told.every(({ because }) => because !== '')).toBe(true);
  });

  it('tells of what undoes as such: it counts in no budget', () => {
    const driver = new Driver();
    driver.agents = { s: [offer('worker')] };
    driver.submit({
      definition: {
        name: 'trip',
        version: '1.0.0',
        steps: [
          { id: 'pay', skill: 's', compensate: { skill: 'refund' } },
          { id: 'fly', skill: 's', after: ['pay'], retry: { attempts: 1 } },
        ],
      },
    });
    driver.complete('pay');
    driver.fail('fly');
    const { childId } = driver.commands('submitChild').at(-1)!;
    driver.give(driver.input('childReserve', { childId, agent: 'coordinator', taskId: 'rollback', attempt: 1, tasks: 99 }));
    const child = { childId, state: 'COMPLETED', cost: 0, attempts: 3, output: { pay: 'COMPLETED' } } as const;
    driver.give(driver.input('childEnded', child));
    const all = driver.log.flatMap((each) => tell(each).said);
    const begun = all.findIndex((sentence) => sentence.startsWith('what was done'));
    expect(all.slice(begun, begun + 4)).toEqual([
      `what was done is undone by the flow ${childId}, the last first: pay`,
      `the flow ${childId} begins to undo`,
      `the child ${childId} ended COMPLETED`,
      'nothing more is to be undone',
    ]);
  });

  it('replays: forward, backward and past the ends it shows what was', () => {
    const { log, state } = run();
    const replay = new Replay(log);
    expect(replay.length).toBe(log.length);
    const forward = log.map((_, index) => JSON.stringify(replay.after(index + 1)));
    const backward = log.map((_, index) => JSON.stringify(replay.after(log.length - index))).reverse();
    expect(backward).toEqual(forward);
    expect(replay.after(1).status.steps[0]).toMatchObject({ id: 'plan', state: 'WORKING', agents: ['planner'] });
    expect(replay.after(1).waits[0]).toContain('plan runs on planner');
    expect(replay.after(0)).toEqual(replay.after(1));
    expect(replay.after(1_000).status).toEqual(statusOf(state));
  });

  it('replays a rejected flow', () => {
    const driver = new Driver();
    driver.submit({ definition: {} });
    const frame = new Replay(driver.log).after(1);
    expect(frame.said[0]).toContain('what ann asked for was rejected: INVALID_DEFINITION');
    expect(frame.waits).toEqual([]);
  });
});
