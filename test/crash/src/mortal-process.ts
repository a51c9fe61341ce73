/**
 * A coordinator or an agent in a process of its own, which waits for its parent's word, and kills itself (SIGKILL) at the
 * point that it is told. Arguments: role, broker's address, instance.
 */
import { AgentRuntime, type AgentDefinition } from '@waggle/agent';
import { connectBus } from '@waggle/bus';
import { createLog, Metrics, Presence } from '@waggle/service';
import { startReplica } from '@waggle/testkit/replica';
import { service } from '@waggle/coordinator';
import { numberedBus } from './numbered-bus.js';
import { SKILL, workOf, type ToChild, type ToParent } from './scenario.js';

const [role, servers, instance] = process.argv.slice(2) as [string, string, string];
const me = role === 'coordinator' ? 'coordinator' : 'worker';

let left = Infinity;
let points = 0;
const tell = (message: ToParent): void => void process.send!(message);

const at = (what: string): void => {
  points++;
  if (process.env.CRASH_TRACE) process.stderr.write(`${points} ${what}\n`);
  if (points === left) process.kill(process.pid, 'SIGKILL');
};

const definition: AgentDefinition = {
  name: 'worker',
  description: 'works',
  version: '1.0.0',
  slots: 8,
  maxWaiting: 8,
  priority: 0,
  capabilities: [],
  maxStarts: 100,
  skills: new Map([
    [
      SKILL,
      {
        card: { id: SKILL, name: SKILL, description: '', tags: [], timeout: 30_000 },
        checkInput: () => [],
        checkOutput: () => [],
        toInput: (value: unknown) => value,
        handle: (input: unknown, ctx: { attempt: number }) => workOf(input, ctx.attempt),
      },
    ],
  ]),
};

const connected = connectBus({ servers, me, trusted: true });

const start = async (dieAt: number | undefined): Promise<void> => {
  const bus = numberedBus(await connected, at);
  const log = await createLog({ service: me, instance, level: 'silent' });
  if (role === 'coordinator') await startReplica(service.module, { bus, instance });
  else {
    const presence = new Presence({ bus, log, instance, version: '1.0.0' });
    await new AgentRuntime({ bus, definition, instance, log, metrics: new Metrics(me), presence }).start();
  }
  points = 0;
  left = dieAt ?? Infinity;
  tell({ kind: 'started' });
};

process.on('message', (message: ToChild) => {
  if (message.kind === 'points') return tell({ kind: 'points', points });
  start(message.dieAt).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
await connected;
tell({ kind: 'ready' });
