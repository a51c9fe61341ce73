import type { FlowStatus, StepStatus } from '@waggle/protocol';
import type { AgentLine, InstanceLine } from '../../session/questions.js';
import { stuckFlows, type StuckFacts } from './stuck-flows.js';

const flow = (flowId: string, ...steps: Partial<StepStatus>[]): FlowStatus => ({
  flowId,
  state: 'WORKING',
  fraction: 0,
  steps: steps.map((step) => ({ id: 's', state: 'WORKING', total: 1, done: 0, running: 0, failed: 0, retries: 0, ...step })),
  version: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

const agent = (name: string, state: AgentLine['state'], skill: string): AgentLine =>
  ({ name, kind: 'agent', state, skills: [{ id: skill }], instances: [{ beatAge: 39_000 } as InstanceLine] }) as AgentLine;

const look = (facts: Partial<StuckFacts>) => stuckFlows({ statuses: [], frozen: new Map(), asked: [], ...facts });

describe('what flows stand still for', () => {
  it('is nothing where all goes on', () => {
    const statuses = [flow('a', { running: 1, agents: ['echo'], skill: 'echo.echo' })];
    expect(look({ statuses, agents: [agent('echo', 'busy', 'echo.echo')] })).toEqual([]);
    expect(look({ statuses })).toEqual([]);
  });

  it('is a skill that nobody offers, one line for all who wait for it, with who would offer it', () => {
    const waits = { state: 'WAITING', waitingFor: 'NO_AGENT', skill: 'report.make' } as const;
    const statuses = ['a', 'b', 'c', 'd'].map((id) => flow(id, waits, waits));
    expect(look({ statuses })).toMatchObject([
      {
        code: 'NO_AGENT',
        message: '4 flows (a, b, c, …) for an agent that offers report.make',
        remedy: expect.stringMatching(/^Start an agent that offers it; .*doctor route report.make/) as string,
      },
    ]);
    const [gone] = look({ statuses, agents: [agent('flaky', 'offline', 'report.make'), agent('other', 'offline', 'x.y')] });
    expect(gone!.message).toMatch(/; flaky offers it and was last heard 39 s ago$/);
    expect(gone!.remedy).toMatch(/^Start flaky again;/);
    expect(look({ statuses, agents: [agent('flaky', 'available', 'report.make')] })[0]!.remedy).toMatch(/^It should go on in a moment/);
  });

  it('is a skill that is frozen', () => {
    const statuses = [flow('a', { state: 'WAITING', waitingFor: 'FROZEN', skill: 'echo.echo' })];
    expect(look({ statuses, frozen: new Map([['echo.echo', 'a bad release']]) })).toMatchObject(
      [{ code: 'FROZEN', message: '1 flow (a) for echo.echo, which is frozen: a bad release', remedy: /skills thaw echo\.echo/ }].map(
        (each) => ({ ...each, remedy: expect.stringMatching(each.remedy) as string }),
      ),
    );
  });

  it('is an agent that is gone with work, and questions that nobody answered', () => {
    const statuses = [flow('a', { running: 1, agents: ['flaky'], skill: 'report.make' })];
    const found = look({
      statuses,
      agents: [agent('flaky', 'offline', 'report.make')],
      asked: [new Date(Date.now() - 120_000), new Date()],
    });
    expect(found.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'gone: flaky was last heard 39 s ago, and 1 flow (a) has work there',
      expect.stringMatching(/^questions: 2 questions to people, the oldest asked 2 m \d s ago$/),
    ]);
  });
});
