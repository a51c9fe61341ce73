import type { DirectoryOffer } from '@waggle/protocol';
import type { AgentLine } from '../session/questions.js';
import { routeOf, type RouteFacts } from './route.js';

const agent = (name: string, more: Partial<AgentLine> = {}): AgentLine =>
  ({
    name,
    state: 'available',
    slots: 4,
    freeSlots: 4,
    instances: [{ presence: 'live', beatAge: 100 }],
    skills: [{ id: 'a.b' }],
    ...more,
  }) as AgentLine;
const offer = (name: string, more: Partial<DirectoryOffer> = {}): DirectoryOffer => ({
  agent: name,
  instances: 1,
  slots: 4,
  freeSlots: 4,
  priority: 0,
  timeout: 1,
  successRate: 1,
  meanMs: 100,
  ...more,
});
const facts = (more: Partial<RouteFacts>): RouteFacts => ({ skill: 'a.b', agents: [], offers: [], waiting: new Map(), ...more });

describe('where a task would go', () => {
  it('to the agent that the coordinator would choose, with the reason, at once where a slot is free', () => {
    const route = routeOf(facts({ agents: [agent('x'), agent('y')], offers: [offer('x', { freeSlots: 1 }), offer('y')] }));
    expect(route).toMatchObject({
      reaches: true,
      begins: 0,
      agents: [
        { name: 'x', chosen: false },
        { name: 'y', chosen: true },
      ],
    });
    expect(route.because).toContain('would go to y (4 of 4 slots free); ');
  });

  it('into a queue where all are busy, and about when it begins', () => {
    const route = routeOf(facts({ agents: [agent('x')], offers: [offer('x', { freeSlots: 0 })], waiting: new Map([['x', 7]]) }));
    expect(route).toMatchObject({ reaches: true, begins: 200 });
    expect(route.because).toContain('all 4 slots busy, 7 tasks wait before it');
  });

  it('nowhere, and why: gone, draining, not in the directory yet, nobody', () => {
    expect(routeOf(facts({}))).toMatchObject({
      reaches: false,
      code: 'NO_AGENT',
      because: expect.stringContaining('nobody who is there') as string,
    });
    const gone = agent('x', { state: 'offline', instances: [{ presence: 'gone', beatAge: 9_000 }] as AgentLine['instances'] });
    expect(routeOf(facts({ agents: [gone] })).because).toContain('x offers it and is gone: last heard 9 s ago');
    expect(routeOf(facts({ agents: [agent('x', { state: 'draining' })] })).agents[0]!.why).toContain('takes nothing new');
    expect(routeOf(facts({ agents: [agent('x')] })).agents[0]!.why).toContain('not in the directory yet');
  });

  it('nowhere while the skill is frozen, or nobody decides', () => {
    const there = { agents: [agent('x')], offers: [offer('x')] };
    expect(routeOf(facts({ ...there, frozen: 'a bad release' }))).toMatchObject({ reaches: false, code: 'FROZEN' });
    expect(routeOf(facts({ ...there, coordinator: 'it does not answer' }))).toMatchObject({ reaches: false, code: 'BUS_TIMEOUT' });
  });
});
