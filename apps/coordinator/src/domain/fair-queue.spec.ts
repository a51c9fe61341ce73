import { FairQueue } from './fair-queue.js';

describe('a fair queue', () => {
  it('takes turns among those who wait, each in order', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4']) queue.put({ whose: 'a' }, item);
    queue.put({ whose: 'b' }, 'b1');
    queue.put({ whose: 'c' }, 'c1');
    queue.put({ whose: 'b' }, 'b2');
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 8; n++) taken.push(queue.take());
    expect(taken).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4', undefined]);
  });

  it('passes over who may not, and comes back to it', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2']) queue.put({ whose: 'a' }, item);
    for (const item of ['b1', 'b2']) queue.put({ whose: 'b' }, item);
    const notA = (whose: string): boolean => whose !== 'a';
    expect([queue.take(notA), queue.take(notA), queue.take(notA)]).toEqual(['b1', 'b2', undefined]);
    expect([queue.take(), queue.take()]).toEqual(['a1', 'a2']);
  });

  it('takes turns among the speakers of each, too', () => {
    const queue = new FairQueue<string>();
    for (const item of ['l1', 'l2', 'l3']) queue.put({ whose: 'a', speaker: 'loud' }, item);
    for (const item of ['b1', 'b2', 'b3']) queue.put({ whose: 'b' }, item);
    queue.put({ whose: 'a', speaker: 'quiet' }, 'q1');
    queue.put({ whose: 'a', speaker: 'gone' }, 'g1');
    queue.remove({ whose: 'a', speaker: 'gone' }, 'g1');
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 8; n++) taken.push(queue.take());
    expect(taken).toEqual(['l1', 'b1', 'q1', 'b2', 'l2', 'b3', 'l3', undefined]);
  });

  it('forgets what is removed', () => {
    const queue = new FairQueue<string>();
    queue.put({ whose: 'a' }, 'a1');
    queue.remove({ whose: 'a' }, 'a1');
    queue.remove({ whose: 'b' }, 'b1');
    expect(queue.take()).toBeUndefined();
  });
});
