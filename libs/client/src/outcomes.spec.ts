import { createMessage, MESSAGE_TYPES, subjects, type Outcome } from '@waggle/protocol';
import { directNetwork, eventually, ModelBroker, ModelBus } from '@waggle/testkit';
import { Outcomes } from './outcomes.js';

afterEach(() => jest.useRealTimers());

/** On a cluster whose servers do not hear each other for a while a connection may stand, and hear nothing. */
it('an outcome that was never heard is found all the same', async () => {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setTimeout',
      'clearTimeout',
    ],
  });
  const broker = new ModelBroker({ manifests: [] });
  const network = directNetwork();
  const { toClient } = network;
  network.toClient = (cargo, work) => (cargo === 'live' ? undefined : toClient(cargo, work));
  const outcomes = new Outcomes(new ModelBus(broker, 'client', { network }), 'default', 'client');
  const ends: Outcome[] = [];
  const waiting = outcomes.of('f1').then((outcome) => ends.push(outcome));
  await eventually(() => jest.getTimerCount() === 1);
  const at = new Date().toISOString();
  const payload: Outcome = { flowId: 'f1', state: 'COMPLETED', startedAt: at, endedAt: at, tasks: {}, cost: 0 };
  const message = createMessage({ type: MESSAGE_TYPES.outcome, from: 'coordinator', tenant: 'default', payload });
  await new ModelBus(broker, 'coordinator').publishOnce('FLOW', subjects.outcome('default', 'client', 'f1'), JSON.stringify(message));
  expect(ends).toEqual([]);
  jest.advanceTimersByTime(30_000);
  await waiting;
  expect(ends).toMatchObject([{ state: 'COMPLETED' }]);
  await outcomes.close();
  expect(jest.getTimerCount()).toBe(0);
});
