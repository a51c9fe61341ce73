import { RUNGS, SEVERITIES, TOKEN } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { Decide } from './definition.js';
import { given, isRecord, Reader } from './reader.js';

const ID = { matches: TOKEN, says: '1 to 64 letters, digits, _ or -', required: true };
const OPTIONS = 50;
const LADDER = 8;

/** The objects of a list under a key; a text stands for `short` of it. */
const objects = <T>(
  reader: Reader,
  key: string,
  { most, short, read }: { most: number; short: string; read: (each: Reader) => T },
): T[] => {
  const value = reader.raw(key);
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > most) {
    reader.fault(key, `${key} must be a list of at most ${most}`);
    return [];
  }
  return value.map((each: unknown, index) => {
    const record = isRecord(each) ? each : { [short]: each };
    const inner = new Reader(record, [...reader.path, key, index], reader.issues);
    const made = read(inner);
    inner.finish();
    return made;
  });
};

const readOption = (option: Reader): Decide['options'][number] => {
  const id = option.text('id', ID) ?? '';
  return { id, label: option.text('label') ?? id, ...given('consequence', option.text('consequence')) };
};

const readRung = (rung: Reader): NonNullable<Decide['ladder']>[number] => ({
  who: rung.oneOf('who', RUNGS) ?? 'human',
  ...given('name', rung.text('name', { max: 256 })),
  after: rung.duration('after', { min: 1, max: LIMITS.time }) ?? LIMITS.time,
});

/** Who is asked, one after another. */
export const readLadder = (reader: Reader): Decide['ladder'] =>
  reader.raw('ladder') === undefined ? undefined : objects(reader, 'ladder', { most: LADDER, short: 'who', read: readRung });

/** A question to people. */
export const readDecide = (step: Reader): Decide | undefined => {
  if (step.raw('decide') === undefined) return undefined;
  const reader = step.inner('decide');
  const options = objects(reader, 'options', { most: OPTIONS, short: 'id', read: readOption });
  const ids = options.map(({ id }) => id);
  if (options.length === 0) reader.fault('options', 'a question has at least one option');
  if (new Set(ids).size < ids.length) reader.fault('options', 'two options have the same id');
  const decide: Decide = {
    question: reader.text('question', { required: true }) ?? '',
    severity: reader.oneOf('severity', SEVERITIES) ?? 'medium',
    options,
    ...given('ladder', readLadder(reader)),
    ...given('default', reader.text('default')),
  };
  if (decide.default !== undefined && !ids.includes(decide.default)) reader.fault('default', `default must be one of ${ids.join(', ')}`);
  reader.finish();
  return decide;
};
