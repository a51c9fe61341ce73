import type { Transition } from '@waggle/flow';
import { problem } from '@waggle/protocol';
import { aftermathLines, undoneOf } from './aftermath.js';

const begun = { type: 'rollbackBegun', childId: 'c-1', steps: ['pay', 'book'], problems: [], due: 1 };
const ended = (...failed: string[]): object => ({
  type: 'rollbackEnded',
  problems: failed.map((id) => problem('COMPENSATION_FAILED', 'it is not undone', `steps.${id}.compensate`)),
});
const log = (...events: object[]): Transition[] => [{ events } as unknown as Transition];

describe('what a flow that did not complete has left behind', () => {
  it('is what was undone, the last first; not what was not', () => {
    expect(aftermathLines({ undone: undoneOf(log(begun, ended())) })).toEqual(['undone, the last first: pay, book (by the flow c-1)']);
    expect(undoneOf(log(begun, ended('pay')))).toEqual({ by: 'c-1', steps: ['book'] });
    expect(aftermathLines({ undone: undoneOf(log(begun, ended('pay', 'book'))) })).toEqual(['nothing was undone (by the flow c-1)']);
  });

  it('is nothing where nothing was to be undone, or it is being undone still', () => {
    expect(undoneOf(log())).toBeUndefined();
    expect(undoneOf(log(begun))).toBeUndefined();
    expect(aftermathLines({})).toEqual([]);
  });

  it('leads to the dead letter, or to all of the flow', () => {
    expect(aftermathLines({ deadLetters: ['f/a'] })).toEqual([
      'a dead letter was kept: `waggle dlq show f/a` tells all of it, then `waggle dlq replay f/a` tries it again',
    ]);
    expect(aftermathLines({ deadLetters: ['f/a', 'f/b'] })).toEqual([
      '2 dead letters were kept: `waggle dlq show f` tells all of it, then `waggle dlq replay f` tries it again',
    ]);
  });
});
