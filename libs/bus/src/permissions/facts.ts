import { subjects, type StreamName } from '@waggle/protocol';
import type { Fact } from './manifest.js';

type Pattern = (tenant: string, speaker: string) => string;

/**
 * The subjects of a fact as a pattern: whatever its speaker says of itself carries the speaker's name, so that
 * the server can check it. Facts without a speaker are the coordinator's alone.
 */
export const FACT_SUBJECTS: Record<Fact, Pattern> = {
  submit: (tenant, me) => subjects.submit(tenant, me, '*'),
  signal: (tenant, me) => subjects.signal(tenant, me, '*', '*'),
  flow: (tenant) => subjects.flow(tenant, '*'),
  outcome: (tenant) => subjects.outcome(tenant, '*', '*'),
  task: (tenant) => subjects.task(tenant, '*', '*', '*', '*', '*'),
  result: (tenant, me) => subjects.result(tenant, me, '*', '*', '*'),
  abort: (tenant) => subjects.abort(tenant, '*', '*', '*', '*'),
  start: (tenant, me) => subjects.start(tenant, me, '*', '*', '*'),
  timer: (tenant) => subjects.timerAt(tenant, '*', '*'),
  rung: (tenant) => subjects.rungAt(tenant, '*', '*', '*'),
  event: (tenant, me) => subjects.event(tenant, me, '*'),
  wait: (tenant) => subjects.wait(tenant, '*', '*', '*'),
  ask: (tenant) => subjects.ask(tenant, '*', '*'),
  answer: (tenant, me) => subjects.answer(tenant, me, '*', '*'),
  status: (tenant) => subjects.status(tenant, '*', '*'),
  progress: (tenant, me) => subjects.progress(tenant, me, '*', '*'),
  dlq: (tenant) => subjects.dlq(tenant, '*', '*', '*'),
  audit: (tenant, me) => subjects.audit(tenant, me, '*'),
  blob: (tenant, me) => subjects.blob(tenant, me, '*', '*'),
  beat: (_tenant, me) => subjects.beat(me, '*'),
  card: (_tenant, me) => subjects.card(me, '*'),
  channel: (tenant) => subjects.channel(tenant, '*', '*', '*'),
  alarm: (tenant) => subjects.alarmAt(tenant, '*'),
};

/** Facts that are heard elsewhere than they are said: a rung is said of a time to come, and heard when it has come. */
export const HEARD_SUBJECTS: Partial<Record<Fact, Pattern>> = {
  rung: (tenant) => subjects.rungFeed(tenant, '*', '*', '*'),
  progress: (tenant) => subjects.progressFeed(tenant, '*', '*', '*'),
};

/** Which facts a stream keeps: streams are cut by who may write. INPUT is written by the broker alone. */
export const STREAM_FACTS: Record<StreamName, readonly Fact[]> = {
  SUBMIT: ['submit', 'signal'],
  INPUT: [],
  FLOW: ['flow', 'outcome'],
  TASK: ['task'],
  RESULT: ['result'],
  TIMER: ['timer', 'rung'],
  EVENT: ['event'],
  WAIT: ['wait'],
  ESCALATION: ['ask', 'answer'],
  PROGRESS: ['status', 'progress', 'abort', 'start'],
  DLQ: ['dlq'],
  AUDIT: ['audit'],
  BLOB: ['blob'],
  BEAT: ['card', 'beat'],
  CHANNEL: ['channel'],
  ALARM: ['alarm'],
};

/** All that a stream may hold of a tenant (`*`: of all). */
export const subjectsOf = (stream: StreamName, tenant: string): string[] => [
  ...STREAM_FACTS[stream].map((fact) => FACT_SUBJECTS[fact](tenant, '*')),
  // the broker itself writes what a timer sends when it fires
  ...(stream === 'TIMER' ? [subjects.timerDue(tenant, '*', '*'), subjects.rungDue(tenant, '*', '*', '*')] : []),
  ...(stream === 'ALARM' ? [subjects.alarmDue(tenant, '*')] : []),
];
