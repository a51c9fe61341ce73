import type { FlowEvent } from '../types.js';
import type { Pen } from './pen.js';
import type { FlowState } from './state.js';

type ChildEvent = Extract<FlowEvent, { type: 'childReserved' | 'childRefused' | 'childEnded' | 'childCanceled' }>;

export const applyChild = (state: FlowState, event: ChildEvent, pen: Pen): void => {
  switch (event.type) {
    case 'childReserved': {
      const { childId, agent, taskId, attempt, tasks, cost, deadline, hop } = event;
      pen.put(state.children, childId, { id: childId, agent, taskId, attempt, tasks, cost, deadline, hop, status: 'open' });
      if (cost !== undefined) pen.bump(state, 'held', cost);
      pen.bump(state, 'reserved', tasks);
      const task = state.tasks.get(taskId);
      if (task) pen.set(task, 'children', [...task.children, childId]);
      if (task?.childId === childId) pen.bump(state.steps[task.step]!, 'granted');
      return;
    }
    case 'childRefused':
      return pen.put(state.refused, event.childId, event.code);
    case 'childCanceled':
    case 'childEnded': {
      const child = state.children.get(event.childId);
      if (!child) return;
      const task = state.tasks.get(child.taskId);
      if (task)
        pen.set(
          task,
          'children',
          task.children.filter((id) => id !== child.id),
        );
      pen.set(child, 'end', event.type === 'childCanceled' ? 'CANCELED' : event.state);
      if (event.type === 'childCanceled') return pen.set(child, 'status', 'canceled');
      pen.set(child, 'status', 'ended');
      pen.bump(state, 'reserved', -child.tasks);
      if (child.cost !== undefined) pen.bump(state, 'held', -child.cost);
      pen.bump(state, 'used', event.attempts);
      return pen.bump(state, 'cost', event.cost);
    }
    default:
      return event satisfies never;
  }
};
