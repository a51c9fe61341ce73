import { subjects } from '@waggle/protocol';
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
};
