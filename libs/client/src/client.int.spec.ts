import { clientManifest, type Bus, type Manifest } from '@waggle/bus';
import {
  createMessage,
  isValueRef,
  MESSAGE_TYPES,
  newId,
  subjects,
  type AgentMessage,
  type FlowStatus,
  type Outcome,
  type Signal,
  type Submit,
} from '@waggle/protocol';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { firstValueFrom, take, toArray } from 'rxjs';
import { loadValues, WaggleClient, type FlowUpdate } from './index.js';

const COORDINATOR: Manifest = { name: 'coordinator', kind: 'core', publishes: ['outcome', 'status'], folds: ['SUBMIT'], rereads: ['BLOB'] };
const CLIENT = clientManifest('client', 'default');
const OTHER = clientManifest('other', 'default');

describe('WaggleClient', () => {
  let broker: TestBroker;
  let coordinator: Bus;
  let bus: Bus;
  let client: WaggleClient;
  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [COORDINATOR, CLIENT, OTHER] });
    coordinator = await broker.busFor(COORDINATOR);
    bus = await broker.busFor(CLIENT);
    client = new WaggleClient(bus, { tenant: 'default' });
  });

  const submitted = async (flowId: string): Promise<AgentMessage<Submit>[]> =>
    (await coordinator.read('SUBMIT', subjects.submit('default', '*', flowId))).map((stored) => stored.json());

  const end = async (flowId: string, outcome: Partial<Outcome> = {}): Promise<void> => {
    const now = new Date().toISOString();
    const payload: Outcome = { flowId, state: 'COMPLETED', startedAt: now, endedAt: now, tasks: {}, cost: 0, ...outcome };
    const message = createMessage({ type: MESSAGE_TYPES.outcome, from: 'coordinator', tenant: 'default', payload });
    await coordinator.publishOnce('FLOW', subjects.outcome('default', 'client', flowId), JSON.stringify(message));
  };

  const show = async (flowId: string, version: number): Promise<void> => {
    const now = new Date().toISOString();
    const payload: FlowStatus = { flowId, state: 'WORKING', fraction: version / 10, steps: [], version, startedAt: now, updatedAt: now };
    const message = createMessage({ type: MESSAGE_TYPES.status, from: 'coordinator', tenant: 'default', payload });
    await coordinator.publish(subjects.status('default', 'client', flowId), JSON.stringify(message));
  };

  it('submits; the same again under the same id changes nothing, another submission is refused', async () => {
    const { flowId, existed } = await client.submit({ skill: 'echo.echo', input: { n: 1 } });
    expect(existed).toBe(false);
    expect(await client.submit({ skill: 'echo.echo', input: { n: 1 } }, { flowId })).toEqual({ flowId, existed: true });
    await expect(client.submit({ skill: 'echo.echo', input: { n: 2 } }, { flowId })).rejects.toMatchObject({ code: 'FLOW_ID_TAKEN' });
    expect(await submitted(flowId)).toEqual([
      expect.objectContaining({ type: 'waggle.submit.v1', from: 'client', payload: { skill: 'echo.echo', input: { n: 1 } } }),
    ]);
  });

  it('refuses a bad submission before it is sent, naming what is wrong', async () => {
    await expect(client.submit({ skill: 'no spaces', priority: 'soon' as 'low' })).rejects.toMatchObject({
      code: 'INVALID_MESSAGE',
      problems: [{ path: 'payload.skill' }, { path: 'payload.priority' }],
    });
    await expect(client.submit({ skill: 'a', workflow: 'b' })).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    await expect(client.submit({ skill: 'a' }, { flowId: 'not.one.token' })).rejects.toMatchObject({
      code: 'INVALID_MESSAGE',
      path: 'flowId',
    });
  });

  it('sends a large input by reference', async () => {
    const input = { text: 'x'.repeat(100_000) };
    const { flowId } = await client.submit({ skill: 'echo.echo', input });
    const [message] = await submitted(flowId);
    if (!isValueRef(message!.payload.input)) throw new Error('expected a reference');
    expect(await loadValues(coordinator, 'default', message!.payload.input)).toEqual(input);
    const huge = { $blob: { ...message!.payload.input.$blob, size: 100 * 1024 * 1024 } };
    await expect(loadValues(coordinator, 'default', [huge])).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });

  it('gives the outcome whether it came before or comes after it is asked for', async () => {
    const [early, late] = [newId(), newId()];
    await end(early, { output: 'early' });
    expect(await client.outcome(early)).toMatchObject({ state: 'COMPLETED', output: 'early' });
    const waiting = Promise.all([client.outcome(late), client.outcome(late, { timeout: 5_000 })]);
    await end(late, { state: 'FAILED', errors: [{ code: 'INTERNAL', message: 'oh' }] });
    expect(await waiting).toEqual([expect.objectContaining({ state: 'FAILED' }), expect.objectContaining({ state: 'FAILED' })]);
  });

  it('gives up waiting when told to, and not before', async () => {
    await expect(client.outcome(newId(), { timeout: 50 })).rejects.toMatchObject({ code: 'TIMED_OUT', retryable: true });
    const stop = new AbortController();
    const waiting = client.outcome(newId(), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('does not hear of the flows of others', async () => {
    const stranger = new WaggleClient(await broker.busFor(OTHER), { tenant: 'default' });
    const flowId = newId();
    await end(flowId);
    await expect(stranger.outcome(flowId, { timeout: 200 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('watches from where the flow is to its end, and skips what is older', async () => {
    const flowId = newId();
    await show(flowId, 2);
    const seen: FlowUpdate[] = [];
    const watching = (async () => {
      for await (const update of client.watch(flowId)) {
        seen.push(update);
        if (seen.length === 1) await show(flowId, 1);
        if (seen.length === 1) await show(flowId, 3);
        if (seen.length === 2) await end(flowId);
      }
    })();
    await watching;
    expect(seen.map((update) => (update.kind === 'status' ? update.status.version : update.outcome.state))).toEqual([2, 3, 'COMPLETED']);
  });

  it('watches as an Observable too', async () => {
    const flowId = newId();
    await show(flowId, 1);
    await end(flowId);
    const all = await firstValueFrom(client.watch$(flowId).pipe(toArray()));
    expect(all.at(-1)).toMatchObject({ kind: 'outcome' });
    await show(flowId, 2);
    const first = await firstValueFrom(client.watch$(flowId).pipe(take(1)));
    expect(first).toBeDefined();
  });

  it('stores a signal once, however often it is sent under its id', async () => {
    const flowId = newId();
    for (let i = 0; i < 2; i++) await client.signal(flowId, 'cancel', { reason: 'changed my mind', id: 's1' });
    const stored = await coordinator.read('SUBMIT', subjects.signal('default', 'client', flowId, '*'));
    expect(stored.map((message) => message.json<AgentMessage<Signal>>().payload)).toEqual([
      { signal: 'cancel', reason: 'changed my mind' },
    ]);
    await expect(client.signal(flowId, 'explode' as 'cancel')).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
  });

  it('still gets the outcome of a flow that ended while the broker was away', async () => {
    const flowId = newId();
    const waiting = client.outcome(flowId, { timeout: 15_000 });
    await client.submit({ skill: 'echo.echo' }, { flowId });
    await broker.kill();
    await broker.restart();
    await end(flowId, { output: 'back' });
    expect(await waiting).toMatchObject({ output: 'back' });
  }, 20_000);
});
