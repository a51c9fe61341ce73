import { Inject, Injectable } from '@nestjs/common';
import type { Bus, StoredMessage } from '@waggle/bus';
import type { Input } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { textOf, type FlowKey } from '../domain/flow-key.js';

/** Flows asked about at once. */
const LOT = 256;
/** They tell flows that they know: asking for those would cost more than it spares. */
const SERVICES: readonly string[] = ['coordinator', 'sessions'];

type Signal = Extract<Input, { kind: 'signal' }>;

interface Question {
  key: FlowKey;
  /** The last stored of what speaks of it. */
  newest: Signal;
  answer: (unknown: boolean) => void;
  fail: (error: unknown) => void;
}

/** Whether it is a signal that anybody may have sent, as it is stored in SUBMIT. */
export const isForeign = (input: Input): input is Signal =>
  input.kind === 'signal' && input.origin.stream === 'SUBMIT' && !SERVICES.includes(input.speaker);

/**
 * Which signals speak of flows that nobody asked for: answered for many at once, so that a flood of them is no burden. Any
 * replica is asked, and shows in the same answer how much it knows: whether it has the newest of the signals, and so all
 * that was stored before; for what was stored after a signal, it does not concern (docs/guides/operations.md). A flow whose
 * submission has left SUBMIT began days ago: its log every replica knows.
 */
@Injectable()
export class UnknownFlows {
  private waiting: Question[] = [];
  private asking = false;

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** True: there is no such flow, for certain. False: there may be. */
  isUnknown(key: FlowKey, signals: readonly Signal[]): Promise<boolean> {
    const newest = signals.reduce(laterOf);
    return new Promise((answer, fail) => {
      this.waiting.push({ key, newest, answer, fail });
      if (!this.asking) void this.askAll();
    });
  }

  private async askAll(): Promise<void> {
    this.asking = true;
    // what came in the same turn is asked together
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const lot = this.waiting.splice(0, LOT);
      try {
        const known = await this.knownOf(lot);
        for (const { key, answer } of lot) answer(known !== undefined && !known.has(textOf(key)));
      } catch (error) {
        for (const { fail } of lot) fail(error);
      }
    }
    this.asking = false;
  }

  /** Those of the flows that were asked for or have a log; undefined: who was asked did not know enough. */
  private async knownOf(lot: readonly Question[]): Promise<Set<string> | undefined> {
    const last = lot.reduce((a, b) => (laterOf(a.newest, b.newest) === a.newest ? a : b));
    const proof = subjects.signal(last.key.tenant, last.newest.speaker, last.key.flowId, last.newest.id);
    const submissions = lot.map(({ key }) => subjects.submit(key.tenant, '*', key.flowId));
    const stored = await this.bus.read('SUBMIT', [proof, ...submissions], { lastPerSubject: true });
    if (!stored.some(({ subject, sequence }) => subject === proof && sequence === last.newest.origin.sequence)) return undefined;
    const known = flowsOf(
      stored.filter(({ subject }) => subject !== proof),
      4,
    );
    const left = lot.filter(({ key }) => !known.has(textOf(key)));
    const logs = left.map(({ key }) => subjects.flow(key.tenant, key.flowId));
    const begun = logs.length === 0 ? [] : await this.bus.read('FLOW', logs, { lastPerSubject: true });
    return new Set([...known, ...flowsOf(begun, 3)]);
  }
}

const laterOf = (a: Signal, b: Signal): Signal => (b.origin.sequence > a.origin.sequence ? b : a);

/** `token`: where the subjects name their flow. */
const flowsOf = (messages: readonly StoredMessage[], token: number): Set<string> =>
  new Set(
    messages.map(({ subject }) => {
      const tokens = subject.split('.');
      return textOf({ tenant: tokens[1]!, flowId: tokens[token]! });
    }),
  );
