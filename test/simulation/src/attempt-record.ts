import type { Question, Waiting } from './wait-record.js';

/** An attempt as the log tells of it. */
export interface AttemptRecord {
  taskId: string;
  stepId: string;
  attempt: number;
  agent: string;
  deadline: number;
  /** When its dispatch was appended, and when its end was. */
  since: number;
  /** The flow that it is, where no agent has it; `decides`: people are asked what is to be done. */
  childId?: string;
  decides?: boolean;
  /** Of an offer: when it runs out. */
  expires?: number;
  ended?: { at: number; how: AttemptEnd; final: boolean; retryable: boolean };
}

/** `lapsed`: an offer that ran out. */
export type AttemptEnd = 'completed' | 'failed' | 'timeout' | 'canceled' | 'handed' | 'asked' | 'refused' | 'lapsed';

export type Ended = NonNullable<AttemptRecord['ended']>;

/** Whether whoever had it must be told to stop. */
export const wasStopped = ({ ended }: AttemptRecord): boolean =>
  ended?.how === 'timeout' || ended?.how === 'canceled' || ended?.how === 'lapsed';

export interface ChildRecord {
  taskId: string;
  tasks: number;
  deadline: number;
  state: 'open' | 'ended' | 'canceled';
  end?: string;
}

/** What an entry has ended, for who compares it with what is stored. */
export interface Endings {
  attempts: AttemptRecord[];
  questions: Question[];
  waits: Waiting[];
}
