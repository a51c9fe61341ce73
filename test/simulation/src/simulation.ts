import { agentManifest, type Bus } from '@waggle/bus';
import type { Transition } from '@waggle/flow';
import { consumersOf } from '@waggle/bus/adapter';
import { createEvent, skillKey, subjects, type DirectorySkill } from '@waggle/protocol';
import { ModelBroker, type Kept } from '@waggle/testkit';
import { AGENTS, OWNERS, planOf, type Plan } from './plan.js';
import { Random } from './random.js';
import { service } from '@waggle/coordinator';
import { startReplica, type LogLine } from '@waggle/testkit/replica';
import { SimAgent } from './sim-agent.js';
import { SimClient, surely, type Promised } from './sim-client.js';
import { FAIR, SimProcess, type Death, type Weather } from './sim-process.js';
import { StoredHistory } from './stored-history.js';
import { enterWorld } from './virtual-globals.js';
import { World } from './world.js';

/** Faults of a seed: how hard, and until when. */
interface Faults {
  until: number;
  weather: Weather;
  /** Part of all messages at which a replica, or an agent, is killed. */
  deaths: { replica: number; agent: number };
}

const NONE: Faults = { until: 0, weather: FAIR, deaths: { replica: 0, agent: 0 } };

/** An acknowledgement wait of tasks that suits a world of seconds. */
const TASK_ACK_WAIT = 3_000;
const AGENT_BACK = [20, 1_500] as const;
const REPLICA_BACK = [20, 3_000] as const;
/** Faults that cut or stall last so long at most: shorter than any attempt may take. */
const LONGEST = 4_000;
/** Bytes of a stream that has no room. */
const FULL = 1;

const faultsOf = (seed: number): Faults => {
  const random = new Random(`faults ${seed}`);
  const part = (chance: number, most: number): number => (random.chance(chance) ? random.between(0, most) : 0);
  return {
    until: random.between(2_000, 9_000),
    weather: {
      lostAsks: part(0.4, 0.05),
      lostAnswers: part(0.5, 0.1),
      lostSays: part(0.5, 0.2),
      lostDeliveries: part(0.4, 0.1),
      staleReads: part(0.5, 0.4),
      staleness: random.between(1, 1_000),
    },
    deaths: { replica: part(0.7, 0.02), agent: part(0.3, 0.02) },
  };
};

/** A client, whose work is done in its own process. */
interface Asking {
  submit(...given: Parameters<SimClient['submit']>): void;
  signal(...given: Parameters<SimClient['signal']>): void;
  pause(...given: Parameters<SimClient['pause']>): void;
}

/** The bus of a replica as planted mistakes change it. */
export type WrapBus = (bus: Bus) => Bus;

export interface SimulationOptions {
  /** Without faults: how it ends when nothing goes wrong. */
  undisturbed?: boolean;
  wrapBus?: WrapBus;
  /** Changes the broker before anything runs. */
  prepare?: (broker: ModelBroker) => void;
  trace?: (line: string) => void;
}

/** One seed's world: a broker, coordinators, agents and clients, and what goes wrong between them. */
export class Simulation {
  readonly world: World;
  readonly plan: Plan;
  readonly broker: ModelBroker;
  readonly history: StoredHistory;
  readonly promises: Promised[] = [];
  readonly effects = new Map<string, number>();
  readonly processes = new Set<SimProcess>();
  deaths = 0;
  /** Whose message the broker works on, or worked on last. */
  sender?: SimProcess;
  readonly faults: Faults;
  private born = 0;

  constructor(
    seed: number,
    readonly options: SimulationOptions = {},
  ) {
    this.world = new World(seed);
    this.plan = planOf(seed);
    this.faults = options.undisturbed ? NONE : faultsOf(seed);
    const { random } = this.world;
    const disturbed = options.undisturbed !== true;
    this.broker = new ModelBroker({
      clock: this.world,
      random: () => random.next(),
      partitions: this.plan.partitions,
      // a source may be behind for seconds
      copyDelay: () => (disturbed && random.chance(0.02) ? random.between(500, LONGEST) : random.latency()),
      // late, and now and then twice
      timerDelays: () => [random.between(0, 250), ...(disturbed && random.chance(0.1) ? [random.between(0, 2_000)] : [])],
    });
    for (const name of AGENTS)
      for (const settings of consumersOf(agentManifest(name))) this.broker.addConsumer({ ...settings, ack_wait: TASK_ACK_WAIT * 1e6 });
    this.history = new StoredHistory(this.world, this.broker);
    if (options.trace)
      this.history.onAny = (stream, message) => this.say(`${stream} ${message.sequence} ${message.subject}${shown(message)}`);
    options.prepare?.(this.broker);
  }

  /** Everything that the plan says, begun. */
  start(): void {
    enterWorld(this.world);
    for (let n = 0; n < this.plan.replicas; n++) this.startReplica();
    for (const name of AGENTS) this.startAgent(name);
    this.startRegistry();
    this.startClients();
    if (this.options.undisturbed !== true) this.planFaults();
  }

  get faultless(): boolean {
    return this.world.elapsed >= this.faults.until;
  }

  private process(name: string, me: string, death?: (process: SimProcess) => Death | undefined): SimProcess {
    const made = new SimProcess(name, me, {
      world: this.world,
      broker: this.broker,
      history: this.history,
      sending: (process) => (this.sender = process),
      weather: () => (this.faultless ? FAIR : this.faults.weather),
      ...(death ? { crossing: death } : {}),
    });
    this.processes.add(made);
    return made;
  }

  private mayDie(part: number, back: () => void): (process: SimProcess) => Death | undefined {
    const { random } = this.world;
    return (process) => {
      if (this.faultless || !random.chance(part)) return undefined;
      this.say(`${process.name} is killed`);
      this.buried(process, back);
      return random.chance(0.5) ? 'before' : 'after';
    };
  }

  private buried(process: SimProcess, back: () => void): void {
    this.deaths++;
    this.processes.delete(process);
    const [least, most] = process.bus.me === 'coordinator' ? REPLICA_BACK : AGENT_BACK;
    this.world.after(this.world.random.between(least, most), back);
  }

  private startReplica(): void {
    const instance = `r${this.born++}`;
    const process: SimProcess = this.process(
      instance,
      'coordinator',
      this.mayDie(this.faults.deaths.replica, () => this.startReplica()),
    );
    const bus = this.options.wrapBus?.(process.bus) ?? process.bus;
    const say = this.options.trace && ((line: LogLine) => this.logged(process, line));
    process.run(() => {
      // it may come up into a storm: whoever starts it starts it again
      startReplica(service.module, { bus, instance, ...(say ? { say } : {}) }).catch((error: unknown) => {
        if (process.dead) return;
        this.say(`${instance} does not come up: ${String(error)}`);
        process.kill();
        this.buried(process, () => this.startReplica());
      });
    });
  }

  private startAgent(name: string, n = 0): void {
    const process: SimProcess = this.process(
      `${name}-${n}`,
      name,
      this.mayDie(this.faults.deaths.agent, () => this.startAgent(name, n + 1)),
    );
    const agent = new SimAgent({
      bus: process.bus,
      instance: process.name,
      seed: this.plan.seed,
      effect: (key) => this.effects.set(key, (this.effects.get(key) ?? 0) + 1),
      die: () => {
        process.kill();
        this.buried(process, () => this.startAgent(name, n + 1));
      },
    });
    process.run(() =>
      agent.start().catch(() => {
        process.kill();
        this.buried(process, () => this.startAgent(name, n + 1));
      }),
    );
  }

  /** Writes who offers what, and says so. */
  private startRegistry(): void {
    const process = this.process('registry', 'registry');
    const { bus } = process;
    for (const { skill, agents, offeredAt } of this.plan.skills) {
      const offers = agents.map((agent) => ({
        agent,
        instances: 1,
        slots: 8,
        freeSlots: 8,
        priority: 0,
        timeout: 60_000,
        successRate: 1,
        meanMs: 0,
      }));
      const entry: DirectorySkill = { skill, offers };
      const event = createEvent({ tenant: '_', payload: { source: 'registry', type: 'skill-offered', subject: skill, data: { skill } } });
      const offer = async (): Promise<void> => {
        await bus.bucket('DIRECTORY').put(`skill.${skillKey(skill)}`, JSON.stringify(entry));
        await bus.publish(subjects.event('_', 'registry', 'skill-offered'), JSON.stringify(event));
      };
      this.at(offeredAt, () => process.run(() => surely(offer)));
    }
  }

  private startClients(): void {
    const promised = (promise: Promised): void => void this.promises.push(promise);
    const clientOf = (name: string): Asking => {
      const process = this.process(name, name);
      const client = new SimClient(process.bus, promised);
      return {
        submit: (...given) => process.run(() => client.submit(...given)),
        signal: (...given) => process.run(() => client.signal(...given)),
        pause: (...given) => process.run(() => client.pause(...given)),
      };
    };
    const clients = new Map(OWNERS.map((name): [string, Asking] => [name, clientOf(name)]));
    for (const flow of this.plan.flows) {
      const owner = clients.get(flow.owner)!;
      const stranger = clients.get(OWNERS.find((name) => name !== flow.owner)!)!;
      this.at(flow.at, () => owner.submit(flow));
      if (flow.duplicateAt !== undefined) this.at(flow.duplicateAt, () => owner.submit(flow));
      if (flow.takenAt !== undefined) this.at(flow.takenAt, () => stranger.submit(flow, 'other'));
      const { pausedAt } = flow;
      if (pausedAt) this.at(pausedAt.from, () => owner.pause(flow.id, pausedAt.to - pausedAt.from));
      if (flow.cancelAt !== undefined) this.at(flow.cancelAt, () => owner.signal(flow.id, 'cancel', 'cancel'));
      if (flow.strangerAt !== undefined) this.at(flow.strangerAt, () => stranger.signal(flow.id, 'cancel', 'stranger'));
    }
  }

  private planFaults(): void {
    const { random } = this.world;
    const count = random.whole(0, 5);
    for (let n = 0; n < count; n++) {
      const kind = random.of(['stall', 'cut', 'full'] as const);
      const millis = random.between(kind === 'full' ? 2_000 : 50, LONGEST);
      this.at(random.between(0, this.faults.until), () => {
        if (kind === 'full') return this.fill(millis);
        const process = random.of([...this.processes]);
        this.say(`${process.name}: ${kind} for ${Math.round(millis)} ms`);
        process[kind](millis);
      });
    }
  }

  /** A stream without room for a while: 10077 for all that comes. */
  private fill(millis: number): void {
    const stream = this.broker.streams.get(this.world.random.of(['TASK', 'TASK', 'FLOW', 'RESULT', 'SUBMIT', 'INPUT']))!;
    if (stream.settings.max_bytes === FULL) return;
    const { max_bytes } = stream.settings;
    this.say(`${stream.name} is full for ${Math.round(millis)} ms`);
    stream.settings.max_bytes = FULL;
    this.at(this.world.elapsed + millis, () => {
      stream.settings.max_bytes = max_bytes;
    });
  }

  private at(millis: number, work: () => unknown): void {
    this.world.after(millis - this.world.elapsed, () => void work());
  }

  private say(text: string): void {
    this.options.trace?.(`${this.world.elapsed.toFixed(1).padStart(9)}  ${text}`);
  }

  private logged(process: SimProcess, { level, message, fields }: LogLine): void {
    if (level === 'debug' || level === 'trace') return;
    const { error, ...rest } = fields;
    this.say(`${process.name} ${level}: ${message} ${JSON.stringify(rest)}${error instanceof Error ? ` ${error.message}` : ''}`);
  }
}

/** Of a log entry, what has happened. */
const shown = ({ subject, body }: Kept): string => {
  if (subject.split('.')[2] !== 'flow') return '';
  const { payload } = JSON.parse(Buffer.from(body).toString('utf8')) as { payload: Transition };
  const events = payload.events.map((event) =>
    [
      event.type,
      ...Object.values(event).filter((value) => typeof value === 'number' && value < 1000),
      'taskId' in event ? event.taskId : '',
    ].join(' '),
  );
  return `\n${' '.repeat(13)}${payload.n}: ${events.join(', ')} | ${payload.commands.map(({ type }) => type).join(' ')} | ${payload.inputs.map(({ stream, sequence }) => `${stream}:${sequence}`).join(' ')}`;
};
