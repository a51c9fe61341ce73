import { HandBacks } from '@waggle/registry/hand-backs';
import { subjects, type Beat, type TaskAddress } from '@waggle/protocol';
import { Log } from '@waggle/service';
import { payloadOf } from './payload.js';
import { hashOf } from './random.js';
import type { SimProcess } from './sim-process.js';
import type { Simulation } from './simulation.js';

const REGISTRIES = 2;
/** The broker gives nothing to another sooner than this, unless it is told to. */
const UNTOUCHED = 2_800;
/** What a beat has named for so long, every registry knows of. */
const KNOWN_AFTER = 300;

/** Whether agents of this world have two instances each, and registries hand back what the dead held. */
export const isHandedBack = (seed: number): boolean => hashOf(`handed back ${seed}`) % 4 === 0;

interface Work {
  process: SimProcess;
  sequence: number;
  taken: number;
}

const logger: Record<string, unknown> = { child: () => logger };
for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) logger[level] = () => undefined;

/** Registries that give back what dead agents held; and the rule that nothing is handed back that is at work. */
export class HandingBack {
  private readonly atWork = new Map<string, Work[]>();
  private readonly registries: SimProcess[] = [];

  constructor(
    private readonly simulation: Simulation,
    private readonly fail: (flowId: string, what: string) => void,
  ) {}

  start(): void {
    for (let n = 0; n < REGISTRIES; n++) {
      const process = this.simulation.process(`registry-${n}`, 'registry');
      this.registries.push(process);
      process.run(() => new HandBacks(process.bus, new Log(logger as never)).start());
    }
  }

  /** The broker reports a connection that is closed. */
  left(process: SimProcess): void {
    const { world, broker } = this.simulation;
    const { clientId } = process.bus.connection;
    const body = JSON.stringify({ timestamp: new Date(world.now()).toISOString(), client: { id: clientId }, reason: 'Client Closed' });
    const subject = subjects.left('mesh');
    world.after(world.random.latency(), () => void broker.publish(subject, Buffer.from(body)));
  }

  /** A process begins to work on what it was given at `taken`; to be called with what this returns when it is done with it. */
  begins(process: SimProcess, { flowId, taskId, attempt }: TaskAddress, given: { sequence: number; taken: number }): () => void {
    const key = `${flowId}/${taskId}/${attempt}`;
    const works = this.atWork.get(key) ?? [];
    const { world } = this.simulation;
    const mayHaveActed = [process, ...works.map((work) => work.process)].some((each) => !each.dead && each.disturbedUntil > 0);
    const calm = [...works.map((work) => work.process), ...this.registries].every(({ disturbedUntil }) => disturbedUntil === 0);
    // who stood still or was cut begins what it was given before, and may hand back what is another's by now: by the sequence alone
    for (const work of mayHaveActed ? [] : works) {
      const { process: other, sequence, taken } = work;
      if (other.dead || sequence !== given.sequence || world.now() - taken > UNTOUCHED) continue;
      if (calm || this.isKnown(work))
        this.fail(flowId, `${taskId}.${attempt} went to ${process.name} while ${other.name} was at work on it`);
    }
    const work: Work = { process, ...given };
    this.atWork.set(key, [...works, work]);
    return () => {
      work.sequence = 0;
    };
  }

  private isKnown({ process, sequence }: Work): boolean {
    const { history, world } = this.simulation;
    const beats = history.of(subjects.beat(process.bus.me, process.name)).filter(({ time }) => world.now() - time >= KNOWN_AFTER);
    return beats.some((kept) => payloadOf<Beat>(kept).held.some(({ streamSequence }) => streamSequence === sequence));
  }
}
