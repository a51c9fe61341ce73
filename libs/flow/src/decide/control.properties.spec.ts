import fc from 'fast-check';
import { fold } from '../state/fold.js';
import { emptyState, type FlowState } from '../state/state.js';
import { Driver, offer } from '../testing/driver.js';
import type { FlowEvent, Input, Transition } from '../types.js';
import { decide } from './decide.js';

const QUESTION = {
  severity: 'low',
  issue: 'i',
  requestedDecision: 'q',
  options: [
    { id: 'x', label: 'x' },
    { id: 'y', label: 'y' },
  ],
};
const AGENTS = { 's.a': [offer('one'), offer('two')], 's.b': [offer('two'), offer('three')] };
const NAMES = ['one', 'two', 'three', 'nobody'];

/** Flows of tasks, lists of tasks and questions, one after another or side by side. */
const definitions = fc
  .array(fc.record({ kind: fc.constantFrom('task', 'list', 'ask'), after: fc.boolean(), ends: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((steps) => ({
    name: 'any',
    budget: { tasks: 60, time: '1h' },
    steps: steps.map(({ kind, after, ends }, index) => ({
      id: `s${index}`,
      ...(after && index > 0 ? { needs: [`s${index - 1}`] } : {}),
      ...(kind === 'ask'
        ? { decide: { question: 'q?', options: ['x', 'y'], ...(ends ? { default: 'x' } : {}) }, timeout: '5m' }
        : { skill: 's.a', retry: { attempts: 3, initial: '1s' }, ...(kind === 'list' ? { forEach: '[1, 2, 3]', maxParallel: 2 } : {}) }),
      onFailure: ends ? 'continue' : 'fail',
    })),
  }));

const fates = fc.array(fc.tuple(fc.nat(17), fc.nat()), { minLength: 10, maxLength: 80 });

const snapshot = (state: FlowState): string =>
  JSON.stringify({ ...state, flow: undefined }, (_key, value: unknown) => {
    if (value instanceof Map) return [...value].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    if (value instanceof Set) return [...value].map((each) => (typeof each === 'object' ? (each as { id: string }).id : each)).sort();
    return value === Infinity ? 'never' : value;
  });

class Checked extends Driver {
  override give(...inputs: Input[]): Transition[] {
    const before = snapshot(this.state);
    const first = decide(this.state, inputs, this.facts);
    expect(decide(this.state, inputs, this.facts)).toEqual(first);
    expect(snapshot(this.state)).toBe(before);
    return super.give(...inputs);
  }
}

const happen = (d: Checked, frozen: { is: boolean }, [fate, choice]: [number, number]): void => {
  d.now += choice % 900;
  const running = [...d.state.live].filter(({ status }) => status === 'running').sort((a, b) => a.order - b.order);
  const live = running[choice % Math.max(1, running.length)];
  const attempt = live && { agent: live.agent!, taskId: live.id, attempt: live.attempt };
  const ended = (kind: 'escalate' | 'handoff' | 'delegated' | 'failed' | 'rejected', request?: Record<string, unknown>): void => {
    if (attempt)
      d.give(d.result(attempt, { kind, request, workState: choice % 3, error: { code: 'X', message: 'x', retryable: choice % 2 === 0 } }));
  };
  const [asked] = [...d.state.asks.keys()].slice(choice % Math.max(1, d.state.asks.size));
  const context = { completedWork: String(choice % 4), remainingWork: 'r' };
  if (fate === 0) d.fire();
  else if (fate === 1)
    ended('escalate', { ...QUESTION, ...(choice % 2 ? { defaultAction: 'y', ladder: [{ who: 'human', after: 1000 }] } : {}) });
  else if (fate === 2)
    ended('handoff', { reason: 'BLOCKED', context, ...(choice % 2 ? { toSkill: 's.b' } : { toAgent: NAMES[choice % 4] }) });
  else if (fate === 3) ended('handoff', { reason: 'BLOCKED', context, toSkill: 's.b', expiresAt: new Date(d.now + 500).toISOString() });
  else if (fate === 4) ended('delegated', { flows: [`c${choice % 3}`, `c${choice % 5}`] });
  else if (fate === 5 && attempt)
    d.give(d.input('childReserve', { childId: `c${choice % 5}`, ...attempt, tasks: 1 + (choice % 3), delegated: true }));
  else if (fate === 6) d.give(d.input('childEnded', { childId: `c${choice % 5}`, state: 'COMPLETED', cost: 1, attempts: 1 }));
  else if (fate === 7 && asked)
    d.give(
      d.input('answer', {
        who: choice % 3 ? 'ann' : 'eve',
        operator: false,
        id: asked,
        answer: { id: asked, option: choice % 5 ? 'x' : 'z', decidedBy: 'a' },
      }),
    );
  else if (fate === 8) d.signal('pause', { data: choice % 2 ? { running: 'interrupt' } : undefined });
  else if (fate === 9) d.signal('resume');
  else if (fate === 10 && choice % 15 === 0) d.signal('cancel', { data: { grace: 2000 } });
  else if (fate === 11) frozen.is = !frozen.is;
  else if (fate === 12) ended('rejected');
  else if (fate === 13) ended('failed');
  else if (fate === 14 && attempt) d.give(d.input('accepted', attempt));
  else if (fate === 15) d.signal('retry');
  else if (fate === 16) {
    const sent = d.commands('dispatch');
    const old = sent[choice % Math.max(1, sent.length)];
    if (old) d.give(d.result(old, { output: 'again' }));
  } else if (attempt) d.give(d.result(attempt, { output: choice }));
};

/** From here on all goes well. */
const finish = (d: Checked, frozen: { is: boolean }): void => {
  frozen.is = false;
  d.signal('resume');
  for (let round = 0; round < 300 && !d.state.outcome; round++) {
    d.signal('wake', { speaker: 'coordinator' });
    for (const id of [...d.state.asks.keys()])
      d.give(d.input('answer', { who: 'ann', operator: false, id, answer: { id, option: 'x', decidedBy: 'a' } }));
    const running = [...d.state.live].filter(({ status }) => status === 'running');
    if (running.length > 0)
      d.give(...running.map(({ agent, id, attempt }) => d.result({ agent: agent!, taskId: id, attempt }, { output: id })));
    else d.fire();
  }
};

const ENDS: FlowEvent['type'][] = [
  'taskAsked',
  'taskHandedOn',
  'handoffReturned',
  'taskRelies',
  'attemptInterrupted',
  'taskCompleted',
  'attemptFailed',
  'taskFailed',
  'taskCanceled',
];

describe('whatever people, agents and operators do to a flow', () => {
  it('it ends; each task has one owner at every moment, each question one decision, and nothing begins while it is paused', () => {
    fc.assert(
      fc.property(definitions, fates, (definition, happenings) => {
        const d = new Checked();
        const frozen = { is: false };
        d.agents = AGENTS;
        d.facts.frozen = (skill) => frozen.is && skill === 's.a';
        d.submit({ definition });
        for (const each of happenings) happen(d, frozen, each);
        finish(d, frozen);

        expect(d.state.outcome).toBeDefined();
        expect(d.state.live.size + d.state.ready.size + d.state.asks.size + d.state.waiting.size).toBe(0);
        expect(snapshot(d.log.reduce(fold, emptyState()))).toBe(snapshot(d.state));
        expect(d.state.used).toBeLessThanOrEqual(60);
        const owners = new Map<string, string>();
        const decided = new Set<string>();
        let paused = false;
        for (const event of d.log.flatMap(({ events }) => events)) {
          if (event.type === 'flowPaused') paused = true;
          else if (event.type === 'flowResumed') paused = false;
          else if (event.type === 'taskDecided') {
            expect(decided.has(event.decision.id)).toBe(false);
            decided.add(event.decision.id);
          } else if (event.type === 'taskDispatched') {
            expect(paused).toBe(false);
            expect(owners.has(event.taskId)).toBe(false);
            owners.set(event.taskId, event.agent);
          } else if (ENDS.includes(event.type) && 'taskId' in event) owners.delete(event.taskId);
        }
        expect(owners.size).toBe(0);
        const dispatched = d.commands('dispatch').map(({ taskId, attempt }) => `${taskId}/${attempt}`);
        expect(new Set(dispatched).size).toBe(dispatched.length);
        const completed = d.events('taskCompleted').map(({ taskId }) => taskId);
        expect(new Set(completed).size).toBe(completed.length);
      }),
      { numRuns: 100 },
    );
  });
});
