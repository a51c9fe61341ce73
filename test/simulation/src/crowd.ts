import { createEvent, subjects, type AgentMessage, type EscalationRequest } from '@waggle/protocol';
import type { Kept } from '@waggle/testkit';
import { mannerOf } from './behaviour.js';
import { OWNERS, PEOPLE, type EventPlan, type FlowPlan } from './plan.js';
import { hashOf } from './random.js';
import { SimClient, surely, TENANT } from './sim-client.js';
import type { SimProcess } from './sim-process.js';
import type { Simulation } from './simulation.js';
import { BELL } from './steps.js';

interface Person {
  process: SimProcess;
  client: SimClient;
}

/** Everybody who is no service: who asks for flows, controls them and answers questions, and what happens in the world. */
export class Crowd {
  private readonly people: Map<string, Person>;

  constructor(private readonly simulation: Simulation) {
    this.people = new Map(
      PEOPLE.map((name): [string, Person] => {
        const process = simulation.process(name, name);
        return [name, { process, client: new SimClient(process.bus, (promise) => void simulation.promises.push(promise)) }];
      }),
    );
  }

  /** Plans all that they do. */
  start(): void {
    const { plan } = this.simulation;
    for (const flow of plan.flows) this.plan(flow);
    if (plan.events.length > 0) this.ring(plan.events);
  }

  /** A question is asked, and the tools of people show it. */
  asked({ body, time }: Kept): void {
    const {
      id,
      flowId,
      ladder = [],
      deadline,
    } = (JSON.parse(Buffer.from(body).toString('utf8')) as AgentMessage<EscalationRequest>).payload;
    const { plan, world } = this.simulation;
    const owner = plan.flows.find((flow) => flow.id === flowId)?.owner ?? OWNERS[0];
    const after = 20 + (hashOf(`after ${id}`) % 700);
    const end = (deadline === undefined ? ladder.reduce((sum, rung) => sum + rung.after, time) : Date.parse(deadline)) - world.now();
    const late = end + (hashOf(`late ${id}`) % 900) - 450;
    const say = (who: string, option: string, millis: number): void =>
      this.as(who, world.elapsed + millis, (client) => client.answer(flowId!, id!, option));
    switch (mannerOf(plan.seed, id!)) {
      case 'silent':
        return;
      case 'prompt':
        return say(ladder.some(({ name }) => name === 'cat') ? 'cat' : owner, 'yes', after);
      case 'atTheEnd':
        return say(owner, 'yes', late);
      case 'contested':
        say(owner, 'yes', after);
        return say('cat', 'no', after + (hashOf(`cat ${id}`) % 40));
      case 'mistaken':
        say('cat', 'perhaps', after);
        return say(owner, 'yes', after + 300);
      case 'stranger':
        return say('dan', 'yes', after);
    }
  }

  private plan(flow: FlowPlan): void {
    const { owner, id, pausedAt } = flow;
    const stranger = OWNERS.find((name) => name !== owner)!;
    const at = (who: string, time: number | undefined, work: (client: SimClient) => unknown): void => {
      if (time !== undefined) this.as(who, time, work);
    };
    at(owner, flow.at, (client) => client.submit(flow));
    at(owner, flow.duplicateAt, (client) => client.submit(flow));
    at(stranger, flow.takenAt, (client) => client.submit(flow, 'other'));
    at(owner, pausedAt?.from, (client) => client.pause(id, pausedAt!.to - pausedAt!.from));
    at(owner, flow.cancelAt, (client) => client.signal(id, { signal: 'cancel' }, 'cancel'));
    at(stranger, flow.strangerAt, (client) => client.signal(id, { signal: 'cancel' }, 'stranger'));
    for (const note of flow.notes)
      at(owner, note.at, (client) => client.signal(id, { signal: 'notify', data: { name: 'go', data: note.id } }, note.id));
  }

  private ring(events: readonly EventPlan[]): void {
    const { source, type } = BELL;
    const process = this.simulation.process(source, source);
    for (const { at, id, k } of events) {
      const event = createEvent({ tenant: TENANT, id, payload: { source, type, data: { k } } });
      this.simulation.at(at, () =>
        process.run(() => surely(() => process.bus.publish(subjects.event(TENANT, source, type), JSON.stringify(event)))),
      );
    }
  }

  private as(name: string, time: number, work: (client: SimClient) => unknown): void {
    const { process, client } = this.people.get(name)!;
    this.simulation.at(time, () => process.run(() => work(client)));
  }
}
