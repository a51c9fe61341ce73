import fc from 'fast-check';
import type { DirectoryOffer } from '@waggle/protocol';
import { Checked, refold, snapshot } from '../testing/checked.js';
import { offer } from '../testing/driver.js';

/** Any flow: steps that wait for earlier ones by order or data, lists, conditions, every policy. */
const definitions = fc
  .array(
    fc.record({
      waits: fc.array(fc.nat(9), { maxLength: 3 }),
      byData: fc.boolean(),
      list: fc.option(fc.nat(4)),
      maxParallel: fc.integer({ min: 1, max: 3 }),
      attempts: fc.integer({ min: 1, max: 3 }),
      when: fc.constantFrom(undefined, 'input.yes', '!input.yes', 'input.nothing'),
      onFailure: fc.constantFrom('fail', 'continue'),
      timeout: fc.constantFrom(undefined, '1s', '10m'),
      skill: fc.constantFrom('s.a', 's.b'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((steps) =>
    fc.record({ tasks: fc.integer({ min: 1, max: 40 }), time: fc.constantFrom('5s', '1h') }).map((budget) => ({
      name: 'any',
      budget,
      steps: steps.map(({ waits, byData, list, maxParallel, attempts, when, ...rest }, index) => {
        const needs = [...new Set(index === 0 ? [] : waits.map((at) => `s${at % index}`))];
        return {
          id: `s${index}`,
          ...rest,
          ...(byData ? { input: needs.map((id) => `\${{ steps.${id}.output }}`) } : { needs }),
          ...(list === null ? {} : { forEach: `input.lists[${list}]`, maxParallel }),
          ...(when && (when !== 'input.nothing' || index > 5) ? { when } : {}),
          retry: { attempts, initial: '100ms' },
        };
      }),
    })),
  );

/** What happens beside the flow: each number chooses among what may happen then. */
const fates = fc.array(fc.tuple(fc.nat(11), fc.nat()), { minLength: 20, maxLength: 120 });

const AGENTS: DirectoryOffer[] = [
  offer('one', { slots: 2, freeSlots: 1, timeout: 2000 }),
  offer('two', { slots: 1, freeSlots: 0, timeout: 5000 }),
];

const happen = (d: Checked, fate: number, choice: number): void => {
  d.now += choice % 700;
  const sent = d.commands('dispatch');
  const task = sent[choice % Math.max(1, sent.length)];
  const running = [...d.state.live].filter(({ status }) => status === 'running').sort((a, b) => a.order - b.order);
  const live = running[choice % Math.max(1, running.length)];
  const attempt = live && { agent: live.agent!, taskId: live.id, attempt: live.attempt };
  const fault = { code: 'X', message: 'x', retryable: choice % 3 > 0 };
  if (fate === 0) d.fire();
  else if (fate === 1) d.agents = choice % 2 ? { '*': AGENTS } : {};
  else if (fate === 2) d.signal('wake', { speaker: 'coordinator' });
  else if (fate === 3 && task) d.give(d.result(task, { output: 'again' }));
  else if (fate === 4 && attempt) d.give(d.result(attempt, { kind: 'failed', error: fault }));
  else if (fate === 5 && attempt)
    d.give(d.result(attempt, { output: 1 }), d.result(attempt, { output: 2 }), d.input('timer', { n: d.state.armed?.n ?? 0 }));
  else if (fate === 6 && attempt && choice % 5 === 0) d.give(d.result(attempt, { kind: 'rejected', error: fault }));
  else if (fate === 7 && choice % 40 === 0) d.signal('cancel');
  else if (fate === 8 && attempt) d.give(d.input('childReserve', { childId: `c${choice % 7}`, ...attempt, tasks: choice % 4 }));
  else if (fate === 9) d.give(d.input('childEnded', { childId: `c${choice % 7}`, state: 'FAILED', cost: 1, attempts: choice % 9 }));
  else if (fate === 10) d.give(d.input('timer', { n: choice % (d.log.length + 1) }));
  else if (attempt) d.give(d.result(attempt, { output: choice }));
};

/** From here on all goes well: agents are there, tasks complete, timers fire. */
const finish = (d: Checked): void => {
  d.agents = { '*': AGENTS };
  for (let round = 0; round < 500 && !d.state.outcome; round++) {
    d.signal('wake', { speaker: 'coordinator' });
    const running = [...d.state.live].filter(({ status }) => status === 'running');
    if (running.length > 0)
      d.give(...running.map(({ agent, id, attempt }) => d.result({ agent: agent!, taskId: id, attempt }, { output: id })));
    else d.fire();
  }
};

describe('whatever happens to a flow', () => {
  const run = (check: (d: Checked) => void) =>
    fc.assert(
      fc.property(definitions, fates, fc.boolean(), (definition, happenings, agents) => {
        const d = new Checked();
        if (agents) d.agents = { '*': AGENTS };
        d.submit({ definition, input: { yes: true, lists: [[], [1], [1, 2], [1, 2, 3], ['a', 'b', 'c', 'd', 'e']] } });
        for (const [fate, choice] of happenings) happen(d, fate, choice);
        finish(d);
        check(d);
      }),
      { numRuns: 150 },
    );

  it('it ends, its log folds to its state, and what it promised holds', () => {
    run((d) => {
      expect(d.state.outcome).toBeDefined();
      expect(d.log.map(({ n }) => n)).toEqual(d.log.map((_, index) => index + 1));
      expect(snapshot(refold(d.log))).toBe(snapshot(d.state));
      expect(snapshot(refold(d.log))).toBe(snapshot(refold(d.log)));

      const events = d.log.flatMap((transition) => transition.events);
      const ends = events.filter(({ type }) => type === 'flowEnded');
      expect(ends).toHaveLength(1);
      expect(events.at(-1)).toBe(ends[0]);
      expect(d.commands('outcome')).toHaveLength(1);
      expect(d.log.at(-1)!.commands.at(-1)!.type).toBe('outcome');
      expect(
        d.give(d.input('timer', { n: d.log.length }), d.input('signal', { speaker: 'ann', operator: true, id: 'x', signal: 'cancel' })),
      ).toEqual([]);

      const endedAttempts = events.flatMap((event) =>
        event.type === 'taskCompleted' || event.type === 'attemptFailed' ? [`${event.taskId}/${event.attempt}`] : [],
      );
      expect(new Set(endedAttempts).size).toBe(endedAttempts.length);
      const dispatched = d.events('taskDispatched').map(({ taskId, attempt }) => `${taskId}/${attempt}`);
      expect(new Set(dispatched).size).toBe(dispatched.length);
      expect(endedAttempts.every((each) => dispatched.includes(each))).toBe(true);
      expect(d.state.live.size).toBe(0);
    });
  });

  it('an attempt ends by a result of its own, or when its time has come', () => {
    run((d) => {
      const given = new Map(d.events('taskDispatched').map((event) => [`${event.taskId}/${event.attempt}`, event]));
      for (const { at, inputs, events } of d.log) {
        const results = inputs.flatMap(({ sequence }) => {
          const input = d.given.get(sequence)!;
          return input.kind === 'result' ? [`${input.taskId}/${input.attempt}/${input.agent}`] : [];
        });
        for (const event of events) {
          if (event.type !== 'taskCompleted' && event.type !== 'attemptFailed') continue;
          const { agent, deadline } = given.get(`${event.taskId}/${event.attempt}`)!;
          if (event.type === 'attemptFailed' && event.fault.code === 'TASK_TIMEOUT') expect(at).toBeGreaterThanOrEqual(deadline);
          else expect(results).toContain(`${event.taskId}/${event.attempt}/${agent}`);
        }
      }
    });
  });

  it('no budget is overspent, and no step begins before what it waits for has ended', () => {
    run((d) => {
      const limit = d.state.head!.tasks;
      const settled = new Set<string>();
      let used = 0;
      const reserved = new Map<string, number>();
      for (const event of d.log.flatMap((transition) => transition.events)) {
        if (event.type === 'stepCompleted' || event.type === 'stepFailed' || event.type === 'stepSkipped') settled.add(event.stepId);
        if (event.type === 'childReserved') reserved.set(event.childId, event.tasks);
        if (event.type === 'childEnded') {
          used += event.attempts;
          reserved.delete(event.childId);
        }
        if (event.type === 'taskDispatched') {
          used++;
          const step = d.state.flow!.byId.get(event.stepId)!;
          const waited = step.dependencies.map((index) => d.state.flow!.steps[index]!.definition.id);
          expect(waited.filter((id) => !settled.has(id))).toEqual([]);
        }
        expect(used + [...reserved.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(limit);
      }
    });
  });
});
