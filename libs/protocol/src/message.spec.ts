import {
  createDecision,
  createEscalation,
  createEvent,
  createHandoff,
  createMessage,
  createRequest,
  createResponse,
  parseMessage,
  type AgentMessage,
} from './index.js';

const who = { tenant: 'default', from: 'codegen' };
const read = (message: AgentMessage) =>
  parseMessage(JSON.stringify(message), { tenant: 'default', from: message.from, createdAt: message.createdAt });

describe('messages that are made', () => {
  it('have every required field', () => {
    const message = createMessage({ ...who, type: 'waggle.abort.v1', payload: { reason: 'canceled' } });
    expect(message).toMatchObject({ intent: 'notify', priority: 'normal', hop: 0 });
    expect(read(message).message).toEqual(message);
    expect(createMessage({ ...who, type: 'x', payload: 0 }).id).not.toBe(message.id);
  });

  it('answer into the flow, the thread and the priority they were asked in', () => {
    const request = createRequest({
      ...who,
      to: 'reviewer',
      type: 'x',
      priority: 'high',
      correlationId: 'f',
      contextId: 'c',
      hop: 2,
      payload: {},
    });
    expect(request.intent).toBe('request');
    expect(createResponse(request, { type: 'y', from: 'reviewer', payload: 1 })).toMatchObject({
      to: 'codegen',
      intent: 'response',
      priority: 'high',
      correlationId: 'f',
      causationId: request.id,
      contextId: 'c',
      hop: 2,
    });
  });

  it('hand a task on', () => {
    const context = { completedWork: 'a', remainingWork: 'b' };
    const handoff = createHandoff({
      ...who,
      payload: { fromAgent: 'codegen', toAgent: 'tester', taskId: 't', reason: 'PHASE_COMPLETE', context },
    });
    expect(handoff).toMatchObject({ to: 'tester', intent: 'handoff' });
    expect(read(handoff).problems).toBeUndefined();
  });

  it('ask and answer what others must decide', () => {
    const asked = createEscalation({
      ...who,
      payload: {
        fromAgent: 'codegen',
        severity: 'critical',
        issue: 'x',
        options: [{ id: 'stop', label: 'Stop' }],
        requestedDecision: 'Stop?',
      },
    });
    expect(asked).toMatchObject({ intent: 'escalate', priority: 'critical' });
    expect(read(asked).problems).toBeUndefined();
    const answer = createDecision(asked, { from: 'maria', payload: { id: 'e1', option: 'stop', decidedBy: 'maria' } });
    expect(answer).toMatchObject({ to: 'codegen', causationId: asked.id });
    expect(read(answer).problems).toBeUndefined();
  });

  it('say what happened outside', () => {
    const event = createEvent({ tenant: 'default', payload: { source: 'git', type: 'push' } });
    expect(event).toMatchObject({ from: 'git', intent: 'event' });
    expect(read(event).problems).toBeUndefined();
  });
});
