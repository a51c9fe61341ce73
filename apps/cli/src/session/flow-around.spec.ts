import { goneAmong } from './flow-around.js';
import type { AgentLine, InstanceLine } from './questions.js';

const agent = (name: string, state: AgentLine['state'], ...ages: number[]): AgentLine =>
  ({ name, state, instances: ages.map((beatAge) => ({ beatAge }) as InstanceLine) }) as AgentLine;

test('of the agents that something runs on those are told that are gone, by the last of their instances', () => {
  const known = [agent('flaky', 'offline', 90_000, 39_000), agent('echo', 'busy', 200), agent('other', 'offline', 1_000)];
  expect(goneAmong(new Set(['flaky', 'echo', 'strange']), known)).toEqual([{ agent: 'flaky', heard: '39 s ago' }]);
  expect(goneAmong(new Set(['echo']), known)).toBeUndefined();
});
