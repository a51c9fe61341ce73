import fc from 'fast-check';
import type { DirectoryOffer } from '@waggle/protocol';
import { parseDefinition } from '../definition/parse-definition.js';
import { Checked, refold, snapshot } from '../testing/checked.js';
import { offer } from '../testing/driver.js';

const AGENTS: DirectoryOffer[] = [
  offer('one', { slots: 2, freeSlots: 1, timeout: 2000, cost: 0.2 }),
  offer('two', { slots: 1, freeSlots: 0, timeout: 5000, cost: 0.1 }),
];

const joins = fc.constantFrom<unknown[]>(
  'all',
  'any',
  { any: true, rest: 'run' },
  { quorum: 2, rest: 'cancel' },
  { quorum: 2, distinct: 'agent', rest: 'run' },
  { consensus: 0.6, rest: 'cancel' },
  { best: 'output' },
);

/** What a step does, with lists, loops and joins where they go with it. */
const works = fc.oneof(
  fc.record({ skill: fc.constantFrom('s.a', 's.b') }),
  fc.record({
    skill: fc.constant('s.a'),
    forEach: fc.constantFrom('[]', '[1]', '[1, 2, 3]'),
    join: joins,
    maxParallel: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    skill: fc.constant('s.b'),
    repeat: fc.record({
      until: fc.constantFrom('last == 1', 'iteration > 0'),
      maxIterations: fc.integer({ min: 1, max: 3 }),
      otherwise: fc.constantFrom('fail', 'continue'),
    }),
  }),
  fc.constant({ flow: { steps: [{ id: 'x', skill: 's.a' }] } }),
  fc.constant({ workflow: 'w', forEach: '[1, 2]' }),
  fc.constant({ plan: 's.a' }),
  fc.constantFrom(
    { wait: { for: '300ms' } },
    { wait: { signal: 'go' }, timeout: '20s' },
    { wait: { event: { source: 'a', type: 'b' } }, timeout: '20s' },
  ),
  fc.constantFrom({ check: 'true' }, { check: 'input.no' }),
);

const definitions = fc
  .array(
    fc.record({
      work: works,
      waits: fc.array(fc.nat(9), { maxLength: 3 }),
      joinNeeds: fc.option(joins),
      attempts: fc.integer({ min: 1, max: 2 }),
      onFailure: fc.constantFrom('fail', 'continue'),
      compensate: fc.boolean(),
      onError: fc.constantFrom(undefined, [{ do: 'skip' }], [{ codes: ['X'], do: 'retry' }], [{ run: { skill: 's.a' } }]),
      within: fc.constantFrom(undefined, undefined, '10s'),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .chain((steps) =>
    fc
      .record({
        budget: fc.record({
          tasks: fc.integer({ min: 1, max: 60 }),
          time: fc.constantFrom('30s', '1h'),
          cost: fc.constantFrom(undefined, 1, 100),
        }),
        maxParallelAgents: fc.constantFrom(undefined, 2),
        rollbackOnCancel: fc.boolean(),
        rules: fc.constantFrom(
          undefined,
          [{ id: 'r', when: 'steps.s0.output == 1', add: [{ id: 'added', skill: 's.a' }] }],
          [{ id: 'r', after: 's0', skip: [`s${steps.length - 1}`] }],
        ),
      })
      .map((more) => ({
        name: 'any',
        ...more,
        steps: steps.map(({ work, waits, joinNeeds, attempts, compensate, onError, ...rest }, index) => {
          const needs = [...new Set(index === 0 ? [] : waits.map((at) => `s${at % index}`))];
          const many = 'forEach' in work || 'repeat' in work;
          const silent = 'wait' in work || 'check' in work;
          return {
            id: `s${index}`,
            needs,
            ...work,
            ...rest,
            ...(joinNeeds !== null && !many && needs.length > 1 ? { join: joinNeeds } : {}),
            ...(compensate && !silent ? { compensate: { skill: 'undo.it' } } : {}),
            ...(onError && !('check' in work) ? { onError } : {}),
            ...('workflow' in work || 'flow' in work || silent ? {} : { retry: { attempts, initial: '100ms' } }),
          };
        }),
      })),
  );

const fates = fc.array(fc.tuple(fc.nat(13), fc.nat()), { minLength: 20, maxLength: 100 });

const openChildren = (d: Checked) => d.commands('submitChild').filter(({ childId }) => d.state.children.get(childId)?.status !== 'ended');

const reserve = (d: Checked, at: number): void => {
  const child = openChildren(d)[at % Math.max(1, openChildren(d).length)];
  if (!child) return;
  const { taskId, attempt } = child.submission.parent;
  d.give(d.input('childReserve', { childId: child.childId, agent: 'coordinator', taskId, attempt, tasks: 1 + (at % 5) }));
};

const endChild = (
  d: Checked,
  childId: string,
  more: { state: 'COMPLETED' | 'FAILED'; output?: unknown; errors?: { code: string; message: string }[] },
): void => {
  d.give(d.input('childEnded', { childId, cost: 0.01, attempts: 1, ...more }));
};

const happen = (d: Checked, fate: number, choice: number): void => {
  d.now += choice % 900;
  const running = [...d.state.live].filter(({ status }) => status === 'running').sort((a, b) => a.order - b.order);
  const live = running[choice % Math.max(1, running.length)];
  const attempt = live && { agent: live.agent!, taskId: live.id, attempt: live.attempt };
  const child = openChildren(d)[choice % Math.max(1, openChildren(d).length)];
  if (fate === 0) d.fire();
  else if (fate === 1) d.agents = choice % 3 ? { '*': AGENTS } : {};
  else if (fate === 2) d.signal('notify', { data: { name: choice % 2 ? 'go' : 'other', data: choice } });
  else if (fate === 3) d.signal('event', { speaker: 'coordinator', data: { source: 'a', type: 'b', id: `e${choice}` } });
  else if (fate === 4 || fate === 5) reserve(d, choice);
  else if (fate === 6 && child)
    endChild(d, child.childId, { state: choice % 3 ? 'COMPLETED' : 'FAILED', output: choice % 3, errors: [{ code: 'X', message: 'x' }] });
  else if (fate === 7 && attempt)
    d.give(d.result(attempt, { kind: 'failed', error: { code: 'X', message: 'x', retryable: choice % 2 > 0 }, cost: 0.1 }));
  else if (fate === 8 && choice % 30 === 0) d.signal('cancel');
  else if (attempt) d.give(d.result(attempt, { output: choice % 3, cost: (choice % 3) / 10 }));
};

const finish = (d: Checked): void => {
  d.agents = { '*': AGENTS };
  for (let round = 0; round < 600 && !d.state.outcome; round++) {
    d.signal('wake', { speaker: 'coordinator' });
    d.signal('notify', { data: { name: 'go' } });
    const running = [...d.state.live].filter(({ status }) => status === 'running');
    if (running.length > 0)
      d.give(...running.map(({ agent, id, attempt }) => d.result({ agent: agent!, taskId: id, attempt }, { output: 1, cost: 0.1 })));
    const [child] = openChildren(d);
    if (child) {
      reserve(d, 0);
      endChild(d, child.childId, { state: 'COMPLETED', output: {} });
    }
    if (running.length === 0 && round % 3 === 2) d.fire();
  }
};

it('a validated definition is read as itself again', () => {
  fc.assert(
    fc.property(definitions, (written) => {
      const first = parseDefinition(JSON.parse(JSON.stringify(written)));
      if ('problems' in first) throw new Error(JSON.stringify(first.problems));
      expect(parseDefinition(JSON.parse(JSON.stringify(first.definition)))).toEqual(first);
    }),
  );
});

describe('whatever happens to a flow of any pattern', () => {
  const run = (check: (d: Checked) => void) =>
    fc.assert(
      fc.property(definitions, fates, (definition, happenings) => {
        const d = new Checked();
        d.agents = { '*': AGENTS };
        d.submit({ definition, input: { no: false } });
        for (const [fate, choice] of happenings) happen(d, fate, choice);
        finish(d);
        check(d);
      }),
      { numRuns: 60 },
    );

  it('it is valid, it ends once, and its log folds to its state', () => {
    run((d) => {
      expect(d.events('flowRejected')).toEqual([]);
      expect(d.state.outcome).toBeDefined();
      expect(snapshot(refold(d.log))).toBe(snapshot(d.state));
      const events = d.log.flatMap((transition) => transition.events);
      expect(events.filter(({ type }) => type === 'flowEnded')).toHaveLength(1);
      expect(events.at(-1)!.type).toBe('flowEnded');
      expect(d.commands('outcome')).toHaveLength(1);
      expect(d.state.live.size).toBe(0);
      expect(d.state.awaiting.size).toBe(0);
      expect(d.events('rollbackBegun').length).toBe(d.events('rollbackEnded').length);
      expect(d.events('rollbackBegun').length).toBeLessThanOrEqual(1);
    });
  });

  it('a step ends once, begins after what it waits for, and joins what has ended', () => {
    run((d) => {
      const ended = new Map<string, string>();
      const done = new Set<string>();
      const flow = d.state.flow;
      for (const event of d.log.flatMap((transition) => transition.events)) {
        if (event.type === 'taskCompleted') done.add(event.taskId);
        if (event.type === 'stepJoined')
          for (const id of event.chosen) expect(typeof id === 'number' ? done.has(`${event.stepId}-${id}`) : ended.get(id)).toBeTruthy();
        if (event.type === 'taskDispatched' || event.type === 'taskDelegated' || event.type === 'taskAwaiting') {
          const step = flow!.byId.get(event.stepId)!;
          const waited = step.dependencies
            .filter((index) => !step.members.includes(index))
            .map((index) => flow!.steps[index]!.definition.id);
          expect(waited.filter((id) => !ended.has(id))).toEqual([]);
        }
        if (event.type === 'definitionChanged') for (const id of event.skip ?? []) ended.set(id, 'skipped');
        if (event.type.startsWith('step') && ['stepCompleted', 'stepFailed', 'stepSkipped', 'stepCanceled'].includes(event.type)) {
          const { stepId } = event as { stepId: string };
          expect(ended.get(stepId)).toBeUndefined();
          ended.set(stepId, event.type);
        }
      }
    });
  });

  it('no budget of tasks or money is promised twice', () => {
    run((d) => {
      const { tasks, cost = Infinity } = d.state.head!;
      const state = refold([]);
      expect(state.used).toBe(0);
      let most = 0;
      d.log.reduce(
        (sofar, transition) => {
          const next = sofar.concat(transition);
          const now = refold(next);
          if (now.phase === 'open') {
            expect(now.used + now.reserved).toBeLessThanOrEqual(tasks);
            most = Math.max(most, now.held);
          }
          return next;
        },
        [] as typeof d.log,
      );
      expect(most).toBeLessThanOrEqual(cost + 1e-6);
      expect(d.state.held).toBeCloseTo(
        [...d.state.children.values()].filter(({ status }) => status !== 'ended').reduce((sum, each) => sum + (each.cost ?? 0), 0),
      );
    });
  });
});
