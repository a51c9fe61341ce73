import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import {
  memoryKeys,
  subjects,
  WaggleError,
  type Priority,
  type ResourceGrant,
  type ResourceRequest,
  type ResourceState,
} from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { Alarms, type Alarm } from './alarms.js';
import type { Asker } from './asker.js';
import { holding, inOrder, newResource, QUEUE_MOST, rankOf, serve, standingOf, without, type Standing } from './domain/resource.js';
import { FlowSignals, type FlowTask } from './flow-signals.js';
import { endpoint, type Part } from './part.js';
import { readAsk, readDefine, readGrant, type AskResource, type DefineResource, type OfGrant } from './questions/resource-questions.js';
import { readNothing } from './questions/session-questions.js';
import { Documents, type Change } from './store/documents.js';

const KIND = 'grant';
const TTL = 30_000;
/** Who waited must say by then that it is still there: the dead hold up the queue no longer than this. */
const CONFIRM = 5_000;
/** How often it is looked whether a flow that holds something has ended without giving it back. */
const FLOW_TTL = 10_000;
/** Who asks for flows. */
const COORDINATOR = 'coordinator';

/** Has an alarm come after so many milliseconds. Its id. */
type Arm = (after: number) => Promise<string>;

interface Where {
  tenant: string;
  resource: string;
}

/** Turns at what is shared: in order, by priority, each grant for a time. */
@Injectable()
export class Resources implements Part {
  readonly endpoints = {
    resource: endpoint(readDefine, (q, asker) => this.define(q, asker)),
    request: endpoint(readAsk, (q, asker) => this.ask(q, asker)),
    renew: endpoint(readGrant, (q, asker) => this.renew(q, asker)),
    release: endpoint(readGrant, (q, asker) => this.release(q, asker)),
    resources: endpoint(readNothing, (_, { tenant }) => this.list(tenant)),
  };

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly documents: Documents,
    private readonly alarms: Alarms,
    private readonly signals: FlowSignals,
  ) {
    alarms.on(KIND, (alarm) => this.review(alarm));
  }

  private async define({ resource, slots }: DefineResource, { tenant }: Asker): Promise<object> {
    await this.change({ tenant, resource }, (state) => ({ ...state, slots, defined: true }));
    return {};
  }

  /** A turn for a task of a flow, which is told of it by a signal. Asked again, it keeps its place. */
  async askFor(task: FlowTask, share: { key: string; slots: number; priority: Priority; owner: string; step: string }): Promise<void> {
    const { tenant, flowId, taskId } = task;
    const { key, slots, priority, step } = share;
    const flow = { tenant, owner: share.owner, flowId, taskId, step };
    await this.enqueue(
      { tenant, resource: key },
      { id: idOf(task, key), owner: { agent: COORDINATOR, flow }, slots, priority, ttl: FLOW_TTL },
    );
  }

  async releaseOf(task: FlowTask, resources: readonly string[]): Promise<void> {
    for (const resource of resources) {
      await this.change({ tenant: task.tenant, resource }, (state) => without(state, idOf(task, resource), Date.now()));
    }
  }

  private async ask(q: AskResource, { tenant, name }: Asker): Promise<Standing & { ttl: number }> {
    const { request: id, resource, slots = 1, priority = 'normal', ttl = TTL, note } = q;
    const owner = { agent: name, ...(note !== undefined && { note }) };
    const state = await this.enqueue({ tenant, resource }, { id, owner, slots, priority, ttl });
    return { ...standingOf(state, id)!, ttl };
  }

  private enqueue(
    where: Where,
    { priority, ...asked }: Pick<ResourceRequest, 'id' | 'owner' | 'slots' | 'ttl'> & { priority: Priority },
  ): Promise<ResourceState> {
    const { id, slots } = asked;
    return this.change(where, (there) => {
      if (standingOf(there, id)) return there;
      if (slots > there.slots)
        throw new WaggleError('INVALID_MESSAGE', `${where.resource} has ${there.slots} slots, not ${slots}.`, { path: 'slots' });
      if (there.queue.length >= QUEUE_MOST) throw new WaggleError('OVERLOADED', `${QUEUE_MOST} wait for ${where.resource} already.`);
      const request: ResourceRequest = { ...asked, rank: rankOf(priority), askedAt: now(), overtaken: 0 };
      return { ...there, queue: [...there.queue, request] };
    });
  }

  /** `GRANT_LOST` */
  private async renew({ resource, id }: OfGrant, asker: Asker): Promise<{ ttl: number }> {
    const { tenant } = asker;
    let renewed: ResourceGrant | undefined;
    await this.change({ tenant, resource }, async (state, arm) => {
      const grant = requireGrant(state, id, asker);
      const { full } = grant;
      renewed = { ...grant, ttl: full, alarm: await arm(full) };
      return { ...state, holders: state.holders.map((each) => (each.id === id ? renewed! : each)) };
    });
    return { ttl: renewed!.ttl };
  }

  private async release({ resource, id }: OfGrant, asker: Asker): Promise<object> {
    await this.change({ tenant: asker.tenant, resource }, (state) => {
      const mine = [...state.holders, ...state.queue].find((each) => each.id === id);
      if (mine !== undefined && mine.owner.agent !== asker.name)
        throw new WaggleError('NOT_ALLOWED', `It is ${mine.owner.agent}'s to give back.`, { path: 'id' });
      return without(state, id, Date.now());
    });
    return {};
  }

  /**
   * Makes a change, serves whom it leaves room for, tells flows that were served, and takes back alarms that it made moot,
   * or armed for a state that lost its race.
   */
  private async change(
    { tenant, resource }: Where,
    step: (state: ResourceState, arm: Arm) => ResourceState | Promise<ResourceState>,
  ): Promise<ResourceState> {
    const key = memoryKeys.resource(tenant, resource);
    let moot: string[] = [];
    let armed: string[] = [];
    const lost: string[] = [];
    const arm: Arm = async (after) => {
      const alarm = await this.alarms.arm({ kind: KIND, tenant, about: { resource } }, after);
      armed.push(alarm);
      return alarm;
    };
    const change = async (there: ResourceState | undefined): Promise<Change<ResourceState, ResourceState>> => {
      lost.push(...armed);
      [moot, armed] = [[], []];
      const before = there ?? newResource();
      const stepped = await step(before, arm);
      const { state, served } = serve(stepped);
      if (stepped === before && served.length === 0) return { answer: before };
      const waited = new Set(before.queue.map(({ id }) => id));
      const grants = await Promise.all(served.map((each) => this.grant(each, waited.has(each.id), arm)));
      const next = holding(state, grants);
      const awaited = new Set(alarmsOf(next));
      moot = alarmsOf(before).filter((alarm) => !awaited.has(alarm));
      const idle = !next.defined && next.holders.length + next.queue.length === 0;
      return { state: idle ? null : next, answer: next };
    };
    let after: ResourceState;
    try {
      after = await this.documents.update(key, change);
      lost.push(...moot);
    } finally {
      // where the last write failed, it may have been stored all the same: what it speaks of is left alone
      await this.alarms.disarm(tenant, lost);
    }
    await this.tell(tenant, resource, after);
    return after;
  }

  private async grant(request: ResourceRequest, waited: boolean, arm: Arm): Promise<ResourceGrant> {
    const { id, owner, slots, ttl: full } = request;
    const ttl = waited && owner.flow === undefined ? Math.min(CONFIRM, full) : full;
    const alarm = await arm(ttl);
    return { id, owner, slots, grantedAt: now(), ttl, full, alarm, ...(owner.flow && { untold: true }) };
  }

  private async tell(tenant: string, resource: string, state: ResourceState): Promise<void> {
    const untold = state.holders.filter((each) => each.untold);
    if (untold.length === 0) return;
    for (const { owner } of untold) await this.signals.tell(owner.flow!, { kind: 'resource', key: resource, state: 'granted' });
    const told = new Set(untold.map(({ id }) => id));
    const key = memoryKeys.resource(tenant, resource);
    await this.documents.update<ResourceState, object>(key, (there) =>
      there === undefined
        ? { answer: {} }
        : {
            state: {
              ...there,
              holders: there.holders.map(({ untold: was, ...each }) => (told.has(each.id) ? each : { ...each, untold: was })),
            },
            answer: {},
          },
    );
  }

  /** The time of a grant is over: an agent that did not renew lost it; a flow keeps it until it ends. */
  private async review({ id: alarm, tenant, about: { resource = '' } }: Alarm): Promise<void> {
    const state = await this.documents.read<ResourceState>(memoryKeys.resource(tenant, resource));
    const grant = state?.holders.find((each) => each.alarm === alarm);
    if (grant === undefined) return;
    const { flow } = grant.owner;
    if (flow !== undefined && !(await this.hasEnded(flow))) {
      await this.change({ tenant, resource }, async (there, arm) => {
        if (!there.holders.some((each) => each.alarm === alarm)) return there;
        const next = await arm(FLOW_TTL);
        return { ...there, holders: there.holders.map((each) => (each.alarm === alarm ? { ...each, alarm: next } : each)) };
      });
      return;
    }
    await this.change({ tenant, resource }, (there) =>
      there.holders.some((each) => each.alarm === alarm) ? without(there, grant.id, Date.now()) : there,
    );
  }

  private async hasEnded({ tenant, owner, flowId }: { tenant: string; owner: string; flowId: string }): Promise<boolean> {
    return (await this.bus.last('FLOW', subjects.outcome(tenant, owner, flowId))) !== undefined;
  }

  private async list(tenant: string): Promise<object> {
    const found = await this.documents.list<ResourceState>(memoryKeys.resource(tenant, '*'));
    const resources = found.map(({ name: resource, state }) => {
      const queue = inOrder(state.queue).map((each) => ({ ...each, ...standingOf(state, each.id) }));
      return { resource, ...state, queue };
    });
    return { resources };
  }
}

const alarmsOf = ({ holders }: ResourceState): string[] => holders.map(({ alarm }) => alarm);

const requireGrant = (state: ResourceState, id: string, { name }: Asker): ResourceGrant => {
  const grant = state.holders.find((each) => each.id === id);
  if (grant === undefined) throw new WaggleError('GRANT_LOST', 'It is no longer granted.', { path: 'id', retryable: false });
  if (grant.owner.agent !== name) throw new WaggleError('NOT_ALLOWED', `It is granted to ${grant.owner.agent}.`, { path: 'id' });
  return grant;
};

/** Of a task's request: the same whenever it is asked. */
const idOf = ({ flowId, taskId }: FlowTask, resource: string): string =>
  createHash('sha256')
    .update(JSON.stringify([flowId, taskId, resource]))
    .digest('hex');

const now = (): string => new Date().toISOString();
