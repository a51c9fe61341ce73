import { Driver, offer } from '../testing/driver.js';

const steps = [
  { id: 'first', skill: 'work.do' },
  { id: 'second', skill: 'work.do', needs: ['first'], retry: { attempts: 3, initial: 0, jitter: 0 } },
];

const driver = (): Driver => {
  const made = new Driver();
  const qualities = { slots: 8, freeSlots: 8 };
  made.agents = { 'work.do': [offer('b', { ...qualities, priority: 1 }), offer('a', qualities), offer('c', qualities)] };
  return made;
};

describe('who gets a task', () => {
  it('is in the log with the reason, where there was a choice', () => {
    const flow = driver();
    flow.submit({ definition: { name: 'x', steps } });
    expect(flow.events('taskDispatched')[0]).toMatchObject({
      agent: 'b',
      because: expect.stringContaining('of 3 offers, 8/8 free') as string,
    });
    const alone = new Driver();
    alone.agents = { 'work.do': [offer('a')] };
    alone.submit({ definition: { name: 'x', steps } });
    expect(alone.events('taskDispatched')[0]).not.toHaveProperty('because');
  });

  it('goes on with whoever knows the work, and after a failure with another', () => {
    const flow = driver();
    flow.submit({ definition: { name: 'x', steps } });
    flow.agents['work.do']![0]!.priority = 0;
    flow.complete('first');
    expect(flow.dispatched('second')).toMatchObject({ agent: 'b', attempt: 1 });
    flow.fail('second');
    flow.fire();
    expect(flow.dispatched('second')).toMatchObject({ agent: 'a', attempt: 2 });
    expect(flow.events('taskDispatched').at(-1)!.because).toContain('not b again');
  });

  it('of a tenant that others keep waiting goes first by one priority, and what is aborted is what was dispatched', () => {
    const flow = driver();
    flow.facts.goesFirst = () => true;
    flow.submit({ definition: { name: 'x', steps }, priority: 'normal' });
    expect(flow.dispatched('first').priority).toBe('high');
    flow.signal('cancel');
    expect(flow.commands('abort')[0]).toMatchObject({ taskId: 'first', priority: 'high' });
  });

  it.each(['critical', 'high'] as const)('is lent no more than high: %s stays what it is', (priority) => {
    const flow = driver();
    flow.facts.goesFirst = () => true;
    flow.submit({ definition: { name: 'x', steps }, priority });
    expect(flow.dispatched('first').priority).toBe(priority);
  });
});
