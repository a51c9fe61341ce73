import type { BucketEvent } from './port.js';
import { RevisionView } from './revision-view.js';

const write = (revision: number): BucketEvent => ({
  key: 'k',
  revision,
  deleted: false,
  value: Buffer.from(`${revision}`),
  text: () => `${revision}`,
  json: <T>() => revision as T,
});

describe('what is known by revision', () => {
  it('is put right after a bucket was put back, though the key is written anew in the middle of the reading', () => {
    const view = new RevisionView((event) => event.text());
    view.hear(write(900));
    view.beginReading();
    view.hear(write(7));
    const read = new Map([['k', write(7)]]);
    expect(view.endReading(read)).toEqual(['k']);
    view.correct(['k'], read);
    expect(view.get('k')).toBe('7');
  });

  it('counts again when it is told once more, after somebody who knew less had said that it was gone', () => {
    const view = new RevisionView((event) => event.text());
    view.hear(write(5));
    view.gone('k', view.standing('k'));
    expect(view.get('k')).toBeUndefined();
    view.hear(write(4));
    expect(view.get('k')).toBeUndefined();
    view.hear(write(5));
    expect(view.get('k')).toBe('5');
  });

  it('is newer than the reading where it was heard while that was under way, an echo of what is known too', () => {
    for (const heard of [5, 6]) {
      const view = new RevisionView((event) => event.text());
      view.hear(write(5));
      view.beginReading();
      view.hear(write(heard));
      expect(view.endReading(new Map())).toEqual([]);
      expect(view.get('k')).toBe(`${heard}`);
    }
  });
});
