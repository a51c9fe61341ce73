import { subjects, type StreamName } from '@waggle/protocol';
import type { StreamSettings } from './stream-table.js';

interface Copied {
  from: StreamName;
  /** As `src`: `*` are numbered from 1. */
  subject: string;
  /** Wildcards whose values decide the partition: what concerns one flow stays in order. */
  by: number[];
  /** What stands after `in.<partition>.`; a number is that wildcard's value. Must suit `parseInputSubject`. */
  as: (string | number)[];
}

const COPIED: Copied[] = [
  { from: 'SUBMIT', subject: subjects.submit('*', '*', '*'), by: [3], as: [1, 3, 'submit', 2] },
  { from: 'SUBMIT', subject: subjects.signal('*', '*', '*', '*'), by: [3], as: [1, 3, 'signal', 2, 4] },
  { from: 'RESULT', subject: subjects.result('*', '*', '*', '*', '*'), by: [3], as: [1, 3, 'result', 2, 4, 5] },
  { from: 'TIMER', subject: subjects.timerDue('*', '*', '*'), by: [2], as: [1, 2, 'timer', 3] },
  { from: 'ESCALATION', subject: subjects.answer('*', '*', '*', '*'), by: [3], as: [1, 3, 'answer', 2, 4] },
  { from: 'EVENT', subject: subjects.event('*', '*', '*'), by: [2, 3], as: [1, 2, 'event', 3] },
];

type Source = NonNullable<StreamSettings['sources']>[number];

/**
 * What the broker copies into INPUT. Submissions and signals are two transforms of one source, so that they keep
 * their order. They are read from their beginning whenever the broker does not know how far it was: without it, a
 * broker that came up and found INPUT before its sources went on from "now", and what was stored meanwhile never came
 * (docs/adr/0013). What is copied again is known by its origin.
 */
const inputSources = (partitions: number): Source[] => {
  const sources = new Map<string, Source>();
  for (const { from, subject, by, as } of COPIED) {
    const rest = as.map((token) => (typeof token === 'number' ? `{{wildcard(${token})}}` : token)).join('.');
    const transform = { src: subject, dest: `in.{{partition(${partitions},${by.join(',')})}}.${rest}` };
    const source = sources.get(from) ?? { name: from, opt_start_seq: 1, subject_transforms: [] };
    source.subject_transforms.push(transform);
    sources.set(from, source);
  }
  return [...sources.values()];
};

/**
 * INPUT once its consumers stand. No subject of its own: without sources the server gave it its name as one. And no
 * dedupe window: a message id that comes twice from two sources would make the second vanish on the way.
 */
export const inputWithSources = (partitions: number): Partial<StreamSettings> & { name: string } => ({
  name: 'INPUT',
  subjects: [],
  duplicate_window: 0,
  sources: inputSources(partitions),
});

/** How many partitions these sources make; 0 where there are none. */
export const partitionsOf = (sources: readonly Partial<Source>[] | undefined): number =>
  Math.max(
    0,
    ...(sources ?? [])
      .flatMap(({ subject_transforms = [] }) => subject_transforms)
      .map(({ dest }) => Number(/\{\{partition\((\d+)/.exec(dest)?.[1] ?? 0)),
  );
