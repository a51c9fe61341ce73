import { nkeyAuthenticator, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { agentManifest, clientManifest } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { createMessage, MESSAGE_TYPES, newId, subjects, type FlowStatus, type Outcome } from '@waggle/protocol';
import { cleanupLater, eventually } from '@waggle/testkit';
import { Agent, Skill, type TaskContext } from '../../libs/agent/src/index.js';
import { Rig } from '../../libs/agent/test/rig.js';

jest.setTimeout(30_000);

const NEIGHBOUR = agentManifest('neighbour');
const CLIENT = clientManifest('client', 'default');
const OTHER = clientManifest('other', 'default');

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

/**
 * The server publishes its answer on whatever reply subject an asker names: a neighbour of the same account hears bytes
 * of the attacker's choice on subjects that only the coordinator may write. They wake and never decide.
 */
describe('a live message forged by a neighbour of the same account', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start([NEIGHBOUR, CLIENT, OTHER])));
  afterAll(() => rig.rest());

  const signIn = async (name: string): Promise<NatsConnection> => {
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(rig.broker.keys[name]!.seed));
    const nc = await connect({ servers: rig.broker.url, inboxPrefix: `_INBOX.${name}`, authenticator });
    cleanupLater(() => nc.close());
    return nc;
  };

  /** Keeps the bytes as a blob of the attacker's own and has the server answer with them on the target. */
  const forge = async (attacker: string, target: string, message: object): Promise<void> => {
    const nc = await signIn(attacker);
    const own = `wg.default.blob.${attacker}.${newId()}.0`;
    await nc.request(own, JSON.stringify(message));
    // as the victim itself, which may hear it: only so is it certain that the bytes arrived
    const witness = await signIn(target.split('.')[3]!);
    const arrived = new Promise<void>((resolve) => witness.subscribe(target, { callback: () => resolve() }));
    await witness.flush();
    nc.publish(`mesh.API.DIRECT.GET.BLOB.${own}`, '', { reply: target });
    await arrived;
  };

  it('does not stop an attempt; a real abort does', async () => {
    let started!: () => void;
    const atWork = new Promise<void>((resolve) => (started = resolve));
    const stopped: string[] = [];
    @Agent({ name: 'worker', description: 'Works' })
    class Worker {
      @Skill({ id: 'test.work', timeout: '1m' })
      async work(_input: unknown, ctx: TaskContext): Promise<unknown> {
        started();
        return aborted(ctx.signal).catch((error: Error) => stopped.push(error.message));
      }
    }
    await rig.agent(new Worker());
    const flow = await rig.dispatch();
    await atWork;
    const subject = subjects.abort('default', 'worker', flow.flowId, flow.taskId, flow.attempt);
    await forge('neighbour', subject, { type: MESSAGE_TYPES.abort, payload: { reason: 'forged' } });
    await rig.abort(flow, 'canceled by its owner');
    await eventually(() => stopped.length > 0);
    expect(stopped).toEqual(['canceled by its owner']);
  });

  it('neither ends a wait for an outcome nor shows a status', async () => {
    const client = new WaggleClient(await rig.broker.busFor(CLIENT), { tenant: 'default' });
    cleanupLater(() => client.close());
    const flowId = newId();
    const of = { flowId, owner: 'client' };
    const seen: unknown[] = [];
    const now = new Date().toISOString();
    const watching = (async () => {
      for await (const update of client.watch(flowId)) seen.push(update.kind === 'status' ? update.status.version : update.outcome.output);
    })();
    const waiting = client.outcome(flowId, { timeout: 25_000 });
    const status: FlowStatus = { flowId, state: 'WORKING', fraction: 1, steps: [], version: 9, startedAt: now, updatedAt: now };
    const outcome: Outcome = { flowId, state: 'COMPLETED', output: 'forged', startedAt: now, endedAt: now, tasks: {}, cost: 0 };
    const envelope = { from: 'coordinator', tenant: 'default' };
    await forge(
      'other',
      subjects.status('default', 'client', flowId),
      createMessage({ type: MESSAGE_TYPES.status, ...envelope, payload: status }),
    );
    await forge(
      'other',
      subjects.outcome('default', 'client', flowId),
      createMessage({ type: MESSAGE_TYPES.outcome, ...envelope, payload: outcome }),
    );
    await rig.end(of, { output: 'genuine' });
    expect(await waiting).toMatchObject({ output: 'genuine' });
    await watching;
    expect(seen).toEqual(['genuine']);
  });
});
