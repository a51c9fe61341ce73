import type { Checkpoint, Problem, SessionRollback, SessionState, StateKey } from '@waggle/protocol';
import { Channel } from './channel.js';
import type { Desk } from './desk.js';
import { Memory } from './memory.js';
import { SyncPoint, type PointState } from './sync-point.js';

export interface CreateOptions {
  description?: string;
  /** Who may join and write; everybody of the tenant where left out. */
  members?: string[];
  /** Keys of its state (`name`, or `prefix.>`) with owners and schemas. */
  keys?: Record<string, StateKey>;
  /** Milliseconds without a write after which it is over; default 7 days. */
  keep?: number;
}

/** A checkpoint in the list. */
export interface CheckpointInfo extends Omit<Checkpoint, 'entries'> {
  name: string;
}

const ROLLBACK = 60_000;

export interface SessionInfo extends SessionState {
  session: string;
}

/** A session of agents: what they share and who is in it. One that nobody created comes to be by the first write. */
export class Session {
  readonly memory: Memory;

  constructor(
    private readonly desk: Desk,
    readonly name: string,
    /** Tells several of one agent apart where they arrive at a sync point. */
    private readonly as?: string,
  ) {
    this.memory = new Memory(desk, name);
  }

  /** `NAME_TAKEN` */
  async create(options: CreateOptions = {}): Promise<void> {
    await this.desk.write('create', { session: this.name, ...options });
  }

  /** Is in it from now on; joining again changes nothing. `NOT_ALLOWED` where it names its members and you are none. */
  async join(options: { role?: string } = {}): Promise<void> {
    await this.desk.write('join', { session: this.name, ...options });
  }

  async leave(): Promise<void> {
    await this.desk.write('leave', { session: this.name });
  }

  /** More keys with owners and schemas, or others for those there are; for who created it. */
  async declare(keys: Record<string, StateKey>): Promise<void> {
    await this.desk.write('declare', { session: this.name, keys });
  }

  /** What stands in its memory and does not fit what is declared, each path beginning with the key. */
  async validate(): Promise<Problem[]> {
    return (await this.desk.read<{ wrong: Problem[] }>('validate', { session: this.name })).wrong;
  }

  /** Nothing more is written; what it held can be read for a day. For who created it. */
  async close(): Promise<void> {
    await this.desk.write('close', { session: this.name });
  }

  /** Who is in it, and everything else that is known of it. `SESSION_UNKNOWN` */
  describe(): Promise<SessionInfo> {
    return this.desk.read('session', { session: this.name });
  }

  channel(name: string): Channel {
    return new Channel(this.desk, this.name, name);
  }

  sync(name: string): SyncPoint {
    return new SyncPoint(this.desk, this.name, name, this.as);
  }

  /** Its sync points, those that have ended too. */
  async points(): Promise<(PointState & { name: string })[]> {
    return (await this.desk.read<{ points: (PointState & { name: string })[] }>('points', { session: this.name })).points;
  }

  /** Notes what stands in its memory at this moment, and where a flow is, under a name. `NAME_TAKEN` */
  checkpoint(name: string, options: { flowId?: string } = {}): Promise<CheckpointInfo> {
    return this.desk.write('checkpoint', { session: this.name, name, ...options });
  }

  async checkpoints(): Promise<CheckpointInfo[]> {
    return (await this.desk.read<{ checkpoints: CheckpointInfo[] }>('checkpoints', { session: this.name })).checkpoints;
  }

  /**
   * Takes the memory back to a checkpoint. What stood there before becomes one too (`undo`): rolling back to that undoes
   * it. `ROLLBACK_REFUSED` lists what was done outside since and has no compensation; what has one is undone by a flow.
   */
  rollBack(to: string): Promise<SessionRollback> {
    return this.desk.write('rollback', { session: this.name, to }, { timeout: ROLLBACK });
  }

  /** Records something done outside, so that a rollback knows of it; and the task that would undo it. */
  async effect(what: string, options: { compensation?: { skill: string; input?: unknown } } = {}): Promise<void> {
    await this.desk.write('effect', { session: this.name, what, ...options });
  }
}
