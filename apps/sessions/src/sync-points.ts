import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { memoryKeys, newId, WaggleError, type SyncPoint } from '@waggle/protocol';
import { Alarms, type Alarm } from './alarms.js';
import type { Asker } from './asker.js';
import { arrived, participant, timedOut, withoutWhom } from './domain/sync-point.js';
import type { FlowTask } from './flow-signals.js';
import { Tellers } from './tellers.js';
import { endpoint, type Part } from './part.js';
import { readArrive, readPoint, readPoints, type Arrive, type CreatePoint } from './questions/sync-questions.js';
import { Sessions } from './sessions.js';
import { Documents, type Change } from './store/documents.js';

const KIND = 'sync';
/** Who comes for flows. */
const COORDINATOR = 'coordinator';
/** Bytes of what one brings to a point. */
const DATA_MOST = 1024;
/** Bytes of all that was brought: whoever brings nothing can still come. */
const POINT_MOST = 512 * 1024;

/** Points that several must reach before any goes on. */
@Injectable()
export class SyncPoints implements Part {
  readonly endpoints = {
    point: endpoint(readPoint, (q, asker) => this.create(q, asker)),
    arrive: endpoint(readArrive, (q, asker) => this.arrive(q, asker)),
    points: endpoint(readPoints, (q, { tenant }) => this.list(tenant, q.session)),
  };

  constructor(
    private readonly documents: Documents,
    private readonly sessions: Sessions,
    private readonly alarms: Alarms,
    private readonly tellers: Tellers,
  ) {
    alarms.on(KIND, (alarm) => this.end(alarm));
  }

  /** Made again in the same way, it is the one that is there. */
  private async create({ session, name, expect, timeout }: CreatePoint, asker: Asker): Promise<{ point: SyncPoint }> {
    const { tenant } = asker;
    await this.sessions.writable(asker, session);
    const key = memoryKeys.sync(tenant, session, name);
    const known = await this.documents.read<SyncPoint>(key);
    const alarm = known?.alarm ?? (await this.alarms.arm({ kind: KIND, tenant, about: { session, name } }, timeout));
    let others = false;
    const state: SyncPoint = { state: 'open', expect, arrived: {}, by: asker.name, createdAt: new Date().toISOString(), timeout, alarm };
    const make = (there: SyncPoint | undefined): Change<SyncPoint, { point: SyncPoint }> => {
      others = there !== undefined && there.alarm !== alarm;
      if (there === undefined) return { state, answer: { point: state } };
      if (isDeepStrictEqual([there.expect, there.timeout], [expect, timeout])) return { answer: { point: there } };
      throw new WaggleError(
        'NAME_TAKEN',
        `There is another sync point ${name}: it expects ${JSON.stringify(there.expect)} within ${there.timeout} ms.`,
        {
          path: 'name',
        },
      );
    };
    try {
      return await this.documents.update(key, make);
    } finally {
      if (others) await this.alarms.disarm(tenant, [alarm]);
    }
  }

  private async arrive({ session, name, as, data }: Arrive, asker: Asker): Promise<{ point: SyncPoint }> {
    if (data !== undefined && bytesOf(data) > DATA_MOST)
      throw new WaggleError('MESSAGE_TOO_LARGE', `What one brings to a sync point has at most ${DATA_MOST} bytes.`, { path: 'data' });
    const { tenant } = asker;
    const who = participant(asker.name, as);
    const point = await this.documents.update<SyncPoint, SyncPoint>(memoryKeys.sync(tenant, session, name), async (there) => {
      if (there === undefined) throw new WaggleError('SYNC_UNKNOWN', `There is no sync point ${name} in ${session}.`, { path: 'name' });
      const next = arrived(there, who, { at: new Date().toISOString(), data });
      if (next.state === 'timed-out') throw late(name, next);
      if (next === there) return { answer: there };
      await this.sessions.writable(asker, session);
      if (data !== undefined && bytesOf(next) > POINT_MOST)
        throw new WaggleError('MESSAGE_TOO_LARGE', `All that is brought to a sync point has at most ${POINT_MOST} bytes.`, {
          path: 'data',
        });
      return { state: next, answer: next };
    });
    // told again whenever the last one asks again: a service that ended in between told nobody
    if (point.endedBy === who) {
      await this.tellers.ended(tenant, { session, name, point });
      await this.alarms.disarm(tenant, [point.alarm]);
    }
    return { point };
  }

  /** Makes the point if it is not there, and comes to it for a task of a flow, which is told how it ends by a signal. */
  async arriveFor(task: FlowTask, share: { key: string; session: string; expect: number | string[]; timeout: number }): Promise<void> {
    const { tenant, flowId, taskId } = task;
    const { key: name, session, expect, timeout } = share;
    const asker = { tenant, name: COORDINATOR };
    const place = { request: newId(), session, name };
    await this.create({ ...place, expect, timeout }, asker);
    const { point } = await this.arrive({ ...place, as: `${flowId}/${taskId}` }, asker);
    if (point.state === 'complete') await this.tellers.tell(task, name, point);
  }

  private async end({ id, tenant, about }: Alarm): Promise<void> {
    const { session = '', name = '' } = about;
    const point = await this.documents.update<SyncPoint, SyncPoint | undefined>(memoryKeys.sync(tenant, session, name), (there) => {
      const next = there && timedOut(there, id, new Date().toISOString());
      return next === there ? { answer: there } : { state: next, answer: next };
    });
    if (point?.state === 'timed-out') await this.tellers.ended(tenant, { session, name, point });
  }

  private async list(tenant: string, session: string): Promise<object> {
    const found = await this.documents.list<SyncPoint>(memoryKeys.sync(tenant, session, '*'));
    return { points: found.map(({ name, state }) => ({ name, ...state })) };
  }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const late = (name: string, point: SyncPoint): WaggleError =>
  new WaggleError('SYNC_TIMED_OUT', `${name} ended without ${withoutWhom(point)}.`, { path: 'name' });
