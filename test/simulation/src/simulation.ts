import { agentManifest, type Bus } from '@waggle/bus';
import { consumersOf } from '@waggle/bus/adapter';
import { service } from '@waggle/coordinator';
import { createEvent, skillKey, subjects, type DirectorySkill } from '@waggle/protocol';
import { ModelBroker } from '@waggle/testkit';
import { startReplica, type LogLine } from '@waggle/testkit/replica';
import { Beating } from './beating.js';
import { Crowd } from './crowd.js';
import { HandingBack, isHandedBack } from './handing-back.js';
import { faultsOf, LONGEST_FAULT, NO_FAULTS, planFaults, type Faults } from './faults.js';
import { AGENTS, planOf, type Plan } from './plan.js';
import { isForgetful } from './power.js';
import { shown } from './shown.js';
import { SimAgent } from './sim-agent.js';
import { surely, type Promised } from './sim-client.js';
import { FAIR, SimProcess, type Death } from './sim-process.js';
import { StoredHistory } from './stored-history.js';
import { enterWorld } from './virtual-globals.js';
import { World } from './world.js';

/** An acknowledgement wait of tasks that suits a world of seconds. */
const TASK_ACK_WAIT = 3_000;
const AGENT_BACK = [20, 1_500] as const;
/** Of the second instance of an agent; those that take its place count on. */
const SECOND = 100;
const REPLICA_BACK = [20, 3_000] as const;
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
  /** What was taken back, by the flow that did it: whose work, by which task; in the order of their first effects. */
  readonly undone = new Map<string, { of: string; by: string }[]>();
  /** How many processes an attempt has killed. */
  readonly victims = new Map<string, number>();
  /** In worlds in which registries hand back what the dead held. */
  readonly handingBack?: HandingBack;
  /** Told of what processes do that they must not. */
  onWrong: (invariant: string, flowId: string, what: string) => void = () => undefined;
  /** Processes of agents, and what brings them back. */
  private readonly agents = new Map<SimProcess, () => void>();
  private born = 0;

  constructor(
    seed: number,
    readonly options: SimulationOptions = {},
  ) {
    this.world = new World(seed);
    this.plan = planOf(seed);
    this.faults = options.undisturbed ? NO_FAULTS : faultsOf(seed);
    const { random } = this.world;
    const disturbed = options.undisturbed !== true;
    this.broker = new ModelBroker({
      clock: this.world,
      random: () => random.next(),
      partitions: this.plan.partitions,
      synced: isForgetful(seed),
      // a source may be behind for seconds
      copyDelay: () => (disturbed && random.chance(0.02) ? random.between(500, LONGEST_FAULT) : random.latency()),
      // late, and now and then twice
      timerDelays: () => [random.between(0, 250), ...(disturbed && random.chance(0.1) ? [random.between(0, 2_000)] : [])],
    });
    for (const name of AGENTS)
      for (const settings of consumersOf(agentManifest(name))) this.broker.addConsumer({ ...settings, ack_wait: TASK_ACK_WAIT * 1e6 });
    if (isHandedBack(seed)) this.handingBack = new HandingBack(this, (flowId, what) => this.onWrong('I5', flowId, what));
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
    if (this.handingBack) for (const name of AGENTS) this.startAgent(name, SECOND);
    this.handingBack?.start();
    this.startRegistry();
    const crowd = new Crowd(this);
    this.history.onAsk = (ask) => crowd.asked(ask);
    crowd.start();
    if (this.options.undisturbed !== true) planFaults(this);
  }

  get faultless(): boolean {
    return this.world.elapsed >= this.faults.until;
  }

  process(name: string, me: string, death?: (process: SimProcess) => Death | undefined): SimProcess {
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
    this.agents.delete(process);
    this.handingBack?.left(process);
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

  /** An agent stands still for so long that its work is another's, and never wakes. */
  petrify(millis: number): void {
    if (this.agents.size === 0) return;
    const [process, back] = this.world.random.of([...this.agents]);
    this.say(`${process.name} stands still, and is killed`);
    process.stall(2 * millis);
    this.world.after(millis, () => {
      if (process.dead) return;
      process.kill();
      this.buried(process, back);
    });
  }

  private startAgent(name: string, n = 0): void {
    const back = (): void => this.startAgent(name, n + 1);
    const process: SimProcess = this.process(`${name}-${n}`, name, this.mayDie(this.faults.deaths.agent, back));
    this.agents.set(process, back);
    const agent = new SimAgent({
      bus: process.bus,
      instance: process.name,
      seed: this.plan.seed,
      effect: (key, undoes) => this.effect(key, undoes),
      ...(this.handingBack ? { beating: new Beating(process.bus, process.name) } : {}),
      begins: (address, given) => this.handingBack?.begins(process, address, given) ?? (() => undefined),
      die: ({ flowId, taskId, attempt }) => {
        const key = `${flowId}/${taskId}/${attempt}`;
        this.victims.set(key, (this.victims.get(key) ?? 0) + 1);
        process.kill();
        this.buried(process, back);
      },
    });
    process.run(() =>
      agent.start().catch(() => {
        process.kill();
        this.buried(process, back);
      }),
    );
  }

  private effect(key: string, undoes?: string): void {
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    if (undoes === undefined) return;
    const [flowId] = key.split('/') as [string];
    const undone = this.undone.get(flowId) ?? [];
    if (undone.every(({ by }) => by !== key)) this.undone.set(flowId, [...undone, { of: undoes, by: key }]);
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

  at(millis: number, work: () => unknown): void {
    this.world.after(millis - this.world.elapsed, () => void work());
  }

  say(text: string): void {
    this.options.trace?.(`${this.world.elapsed.toFixed(1).padStart(9)}  ${text}`);
  }

  private logged(process: SimProcess, { level, message, fields }: LogLine): void {
    if (level === 'debug' || level === 'trace') return;
    const { error, ...rest } = fields;
    this.say(`${process.name} ${level}: ${message} ${JSON.stringify(rest)}${error instanceof Error ? ` ${error.message}` : ''}`);
  }
}
