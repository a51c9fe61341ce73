import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import {
  createMessage,
  memoryKeys,
  MESSAGE_TYPES,
  subjects,
  WaggleError,
  type Checkpoint,
  type SessionEffect,
  type SessionRollback,
  type SessionState,
  type Submit,
} from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { Audit } from './audit.js';
import { Cuts } from './cuts.js';
import { effectsSince, requireUndoable, rolledBack, rollingBack } from './domain/session.js';
import { Documents } from './store/documents.js';
import { MemoryStore } from './store/memory-store.js';

export interface Wanted {
  tenant: string;
  session: string;
  to: string;
  request: string;
  by: string;
}

/**
 * Takes a session back to a checkpoint. Nothing else is written meanwhile; every step may be taken again, so whoever finds
 * one unfinished finishes it. What stood before becomes a checkpoint itself: a rollback can be rolled back.
 */
@Injectable()
export class Rollbacks {
  /** By session and question: whoever asks again meanwhile gets the same answer, and does not do it all once more. */
  private readonly underWay = new Map<string, Promise<SessionRollback>>();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: MemoryStore,
    private readonly documents: Documents,
    private readonly cuts: Cuts,
    private readonly audits: Audit,
  ) {}

  /** `CHECKPOINT_UNKNOWN`, `ROLLBACK_REFUSED` with what cannot be undone, `SESSION_CLOSED`, `SESSION_BUSY`. */
  async begin(wanted: Wanted): Promise<void> {
    const { tenant, session, to, request, by } = wanted;
    const checkpoint = await this.cuts.require({ tenant, session, name: to });
    await this.requireFlowStill(tenant, checkpoint);
    await this.change(wanted, (state) => {
      if (state.rollbacks.some((done) => done.request === request)) return state;
      requireUndoable(effectsSince(state, checkpoint));
      return rollingBack(state, { to, request, by });
    });
  }

  /** Does what is left of it, if it is under way. */
  finish(wanted: Wanted): Promise<SessionRollback> {
    const name = `${wanted.tenant}.${wanted.session}.${wanted.request}`;
    const known = this.underWay.get(name);
    if (known) return known;
    const finishing = this.goOn(wanted).finally(() => this.underWay.delete(name));
    this.underWay.set(name, finishing);
    return finishing;
  }

  private async goOn(wanted: Wanted): Promise<SessionRollback> {
    const { tenant, session, to, request, by } = wanted;
    const state = await this.require(wanted);
    const known = state.rollbacks.find((done) => done.request === request);
    if (known !== undefined) return known;
    const checkpoint = await this.cuts.require({ tenant, session, name: to });
    const undo = `before-${idOf(request, 'undo').slice(0, 12)}`;
    await this.cuts.make({ tenant, session, name: undo, request, by }, state);
    const keys = await this.restore(wanted, checkpoint);
    const effects = effectsSince(state, checkpoint);
    const flowId = effects.length === 0 ? undefined : await this.compensate(wanted, effects);
    const done: SessionRollback = { request, to, by, at: new Date().toISOString(), undo, keys, ...(flowId !== undefined && { flowId }) };
    await this.audit(wanted, done);
    await this.change(wanted, (there) => rolledBack(there, done, effects));
    // another replica may have been faster
    return (await this.require(wanted)).rollbacks.find((each) => each.request === request) ?? done;
  }

  /** A flow's log cannot be taken back: what it did since is done. */
  private async requireFlowStill(tenant: string, { flow }: Checkpoint): Promise<void> {
    if (flow === undefined || (await this.cuts.positionOf(tenant, flow.flowId)) === flow.sequence) return;
    throw new WaggleError('ROLLBACK_REFUSED', `The flow ${flow.flowId} has gone on since the checkpoint.`, { path: 'to' });
  }

  private async restore({ tenant, session, request, by }: Wanted, checkpoint: Checkpoint): Promise<number> {
    const then = await this.cuts.entriesOf(tenant, checkpoint);
    const now = await this.store.all(tenant, session);
    let changed = 0;
    for (const key of new Set([...Object.keys(then), ...now.keys()])) {
      const stands = now.get(key)?.version ?? 0;
      // most were not written since
      if (stands === (Object.hasOwn(then, key) ? then[key]!.version : 0)) continue;
      const value = Object.hasOwn(then, key) ? then[key]!.value : undefined;
      const written = await this.store.write<'same'>({ tenant, session, key }, idOf(request, key), (current) => {
        const there = current.version === 0 ? undefined : current.entry?.value;
        if (isDeepStrictEqual(there, value)) return Promise.resolve({ refused: 'same' as const });
        const entry = { by, request: idOf(request, key) };
        return Promise.resolve({ write: value === undefined ? { ...entry, write: 'delete' } : { ...entry, write: 'rollback', value } });
      });
      if ('version' in written) changed++;
    }
    return changed;
  }

  /** One flow that undoes them one after another, the latest first. */
  private async compensate({ tenant, session, request }: Wanted, effects: readonly SessionEffect[]): Promise<string> {
    // the question's id may be as long as a token may be
    const flowId = `undo-${idOf(request, 'flow').slice(0, 32)}`;
    const steps = effects.map(({ compensation }, i) => ({
      id: `undo-${i}`,
      skill: compensation!.skill,
      ...(compensation!.input !== undefined && { input: compensation!.input }),
      ...(i > 0 && { needs: [`undo-${i - 1}`] }),
    }));
    const payload: Submit = { definition: { name: `undo-${session}`.slice(0, 64), version: '1.0.0', steps } };
    const { me } = this.bus;
    const message = createMessage({
      type: MESSAGE_TYPES.submit,
      id: request,
      from: me,
      tenant,
      intent: 'request',
      correlationId: flowId,
      contextId: session,
      payload,
    });
    await this.bus.publishOnce('SUBMIT', subjects.submit(tenant, me, flowId), JSON.stringify(message));
    return flowId;
  }

  private async audit({ tenant, session }: Wanted, { to, by, keys, undo }: SessionRollback): Promise<void> {
    await this.audits.record(tenant, {
      kind: 'rollback',
      actor: by,
      action: 'roll-back',
      object: session,
      outcome: 'done',
      data: { to, keys, undo },
    });
  }

  private async require({ tenant, session }: Wanted): Promise<SessionState> {
    const state = await this.documents.read<SessionState>(memoryKeys.session(tenant, session));
    if (state === undefined) throw new WaggleError('SESSION_UNKNOWN', `There is no session ${session}.`, { path: 'session' });
    return state;
  }

  private async change({ tenant, session }: Wanted, step: (state: SessionState) => SessionState): Promise<void> {
    await this.documents.update<SessionState, object>(memoryKeys.session(tenant, session), (state) => {
      if (state === undefined) throw new WaggleError('SESSION_UNKNOWN', `There is no session ${session}.`, { path: 'session' });
      const next = step(state);
      return next === state ? { answer: {} } : { state: next, answer: {} };
    });
  }
}

/** Of the write of one key: the same whoever does it, however often. */
const idOf = (request: string, key: string): string => createHash('sha256').update(`${request}/${key}`).digest('hex');
