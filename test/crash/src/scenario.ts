/** What a process is told, and what it tells. */
export type ToChild = { kind: 'start'; dieAt?: number } | { kind: 'points' };
export type ToParent = { kind: 'ready' } | { kind: 'started' } | { kind: 'points'; points: number };

export const SKILL = 'work.do';

/** Retry, fan-out, dependency and a step that fails for good: as many kinds of writes as a short flow can have. */
export const FLOW = {
  name: 'crash',
  steps: [
    { id: 'each', skill: SKILL, forEach: 'input.list', input: { n: '${{ item }}' } },
    { id: 'again', skill: SKILL, needs: ['each'], input: { failFirst: true }, retry: { attempts: 2, initial: '10ms', backoff: 'fixed' } },
    { id: 'never', skill: SKILL, input: { fail: true }, retry: { attempts: 1 }, onFailure: 'continue' },
  ],
  output: '${{ steps.each.output }}',
};

export const INPUT = { list: [1, 2] };

/** What the agent does: the same for the same input and attempt. */
export const workOf = async (input: unknown, attempt: number): Promise<unknown> => {
  const { failFirst, fail, n } = input as { failFirst?: boolean; fail?: boolean; n?: number };
  if (fail === true || (failFirst === true && attempt === 1)) throw new Error('as it is told');
  return { n };
};
