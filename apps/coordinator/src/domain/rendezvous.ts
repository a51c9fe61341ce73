import { createHash } from 'node:crypto';

/**
 * Which partitions an instance serves: of all members, the one whose hash with the partition is highest
 * (rendezvous hashing), so that a member that comes or goes moves its own share only. Members may come in any order.
 */
export const shareOf = (me: string, members: Iterable<string>, partitions: number): Set<number> => {
  const all = [...new Set([me, ...members])];
  const mine = new Set<number>();
  for (let partition = 0; partition < partitions; partition++) {
    if (winnerOf(all, partition) === me) mine.add(partition);
  }
  return mine;
};

const winnerOf = (members: readonly string[], partition: number): string => {
  let best = '';
  let winner = '';
  for (const member of members) {
    const weight = createHash('sha256').update(`${partition}:${member}`).digest('hex');
    if (weight > best) [best, winner] = [weight, member];
  }
  return winner;
};
