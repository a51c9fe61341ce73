import { count } from '../../output/format.js';

/** As many flows as the coordinator lists for one question. */
export const MOST_COUNTED = 200;

/** How many flows are at work, and how many wait for people, of lists of at most `MOST_COUNTED`. */
export const flowCounts = (working: number, asking: number): string => {
  const atWork = working < MOST_COUNTED ? count(working, 'flow') : `${MOST_COUNTED} flows or more`;
  return `${atWork} at work, ${asking < MOST_COUNTED ? asking : `${MOST_COUNTED} or more`} waiting for people`;
};
