import { FairQueue } from './fair-queue.js';

describe('a fair queue', () => {
  it('takes turns among those who wait, each in order', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4']) queue.put('a', item);
    queue.put('b', 'b1');
    queue.put('c', 'c1');
    queue.put('b', 'b2');
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 8; n++) taken.push(queue.take());
    expect(taken).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4', undefined]);
  });

  it('passes over who may not, and comes back to it', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2']) queue.put('a', item);
    for (const item of ['b1', 'b2']) queue.put('b', item);
    const notA = (whose: string): boolean => whose !== 'a';
    expect([queue.take(notA), queue.take(notA), queue.take(notA)]).toEqual(['b1', 'b2', undefined]);
    expect([queue.take(), queue.take()]).toEqual(['a1', 'a2']);
  });

  it('forgets what is removed', () => {
    const queue = new FairQueue<string>();
    queue.put('a', 'a1');
    queue.remove('a', 'a1');
    queue.remove('b', 'b1');
    expect(queue.take()).toBeUndefined();
  });
});
