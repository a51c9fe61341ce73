import { Injectable } from '@nestjs/common';
import { memoryKeys, type Checkpoint } from '@waggle/protocol';
import { Alarms } from './alarms.js';
import type { Asker } from './asker.js';
import { Cuts } from './cuts.js';
import { withEffect } from './domain/session.js';
import { endpoint, type Part } from './part.js';
import {
  readCheckpoint,
  readEffect,
  readRollback,
  type MakeCheckpoint,
  type RecordEffect,
  type RollBack,
} from './questions/checkpoint-questions.js';
import { readSession } from './questions/session-questions.js';
import { Rollbacks, type Wanted } from './rollbacks.js';
import { Sessions } from './sessions.js';
import { Documents } from './store/documents.js';

const KIND = 'rollback';
/** A rollback that is not done by then was left unfinished: somebody else goes on with it. */
const UNFINISHED = 5_000;

/** Checkpoints of sessions, and the way back to them. */
@Injectable()
export class Checkpoints implements Part {
  readonly endpoints = {
    checkpoint: endpoint(readCheckpoint, (q, asker) => this.make(q, asker)),
    checkpoints: endpoint(readSession, (q, { tenant }) => this.list(tenant, q.session)),
    rollback: endpoint(readRollback, (q, asker) => this.rollBack(q, asker)),
    effect: endpoint(readEffect, (q, asker) => this.record(q, asker)),
  };

  constructor(
    private readonly documents: Documents,
    private readonly sessions: Sessions,
    private readonly alarms: Alarms,
    private readonly cuts: Cuts,
    private readonly rollbacks: Rollbacks,
  ) {
    alarms.on(KIND, async ({ tenant, about }) => {
      const wanted = { tenant, ...about } as unknown as Wanted;
      const state = await this.sessions.find(tenant, wanted.session);
      if (state?.rollingBack?.request === wanted.request) await this.rollbacks.finish(wanted);
    });
  }

  private async make({ request, session, name, flowId }: MakeCheckpoint, asker: Asker): Promise<object> {
    const state = await this.sessions.writable(asker, session);
    const { entries: _, ...made } = await this.cuts.make({ tenant: asker.tenant, session, name, request, by: asker.name, flowId }, state);
    return { name, ...made };
  }

  private async rollBack({ request, session, to }: RollBack, asker: Asker): Promise<object> {
    const { tenant, name } = asker;
    const state = await this.sessions.require(tenant, session);
    const asked = [state.rollingBack, ...state.rollbacks].some((each) => each?.request === request);
    if (!asked) await this.sessions.writable(asker, session);
    const wanted = { tenant, session, to, request, by: name };
    await this.alarms.arm({ kind: KIND, tenant, about: { session, to, request, by: name } }, UNFINISHED);
    await this.rollbacks.begin(wanted);
    return this.rollbacks.finish(wanted);
  }

  private async record({ request, session, what, compensation }: RecordEffect, asker: Asker): Promise<object> {
    await this.sessions.writable(asker, session);
    const effect = { id: request, by: asker.name, at: new Date().toISOString(), what, ...(compensation && { compensation }) };
    return this.sessions.change({ session }, asker, (state) => withEffect(state, effect));
  }

  private async list(tenant: string, session: string): Promise<object> {
    const found = await this.documents.list<Checkpoint>(memoryKeys.checkpoint(tenant, session, '*'));
    const checkpoints = found.map(({ name, state: { entries: _, ...made } }) => ({ name, ...made }));
    return { checkpoints };
  }
}
