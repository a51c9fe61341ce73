import type { TaskAddress, TaskResult } from '@waggle/protocol';
import { AGENTS } from './plan.js';
import { hashOf } from './random.js';
import { SKILLS } from './steps.js';

type Passing = Pick<TaskResult, 'kind' | 'request' | 'workState'>;

const request = ({ taskId, agent }: TaskAddress): Record<string, unknown> => ({
  fromAgent: agent,
  taskId,
  reason: 'NEEDS_SPECIALIST',
  context: { completedWork: 'half', remainingWork: 'half' },
});

/** To the other agent. */
export const handedOn = (address: TaskAddress): Passing => ({
  kind: 'handoff',
  request: { ...request(address), toAgent: AGENTS.find((name) => name !== address.agent)! },
});

/** To whoever can do it, now and then for a short time only. */
export const handedOver = (address: TaskAddress): Passing => {
  const hash = hashOf(`over ${address.flowId}/${address.taskId}`);
  return {
    kind: 'handoff',
    request: {
      ...request(address),
      toSkill: SKILLS[hash % SKILLS.length]!,
      expiresAt: new Date(Date.now() + (hash % 2 === 0 ? 2_500 : 20_000)).toISOString(),
    },
    workState: { half: true },
  };
};

/** People must say how to go on. */
export const askingResult = ({ flowId, taskId, agent }: TaskAddress): Passing => {
  const hash = hashOf(`ask ${flowId}/${taskId}`);
  return {
    kind: 'escalate',
    request: {
      fromAgent: agent,
      severity: 'high',
      issue: 'two ways',
      requestedDecision: 'Which?',
      options: [
        { id: 'yes', label: 'this' },
        { id: 'no', label: 'that' },
      ],
      ladder: [
        { who: 'human', name: 'cat', after: 1_500 },
        { who: 'on-call', after: 2_500 },
      ],
      ...(hash % 4 === 0 ? {} : { defaultAction: 'no' }),
    },
    workState: { half: true },
  };
};
