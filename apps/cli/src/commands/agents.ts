import { WaggleError } from '@waggle/protocol';
import { bytes, duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import { plain, table } from '../output/table.js';
import { listAgents, type AgentSummary } from '../session/questions.js';
import { withSession } from '../session/session.js';
import type { Registrar } from './command.js';

const inColor = (state: AgentSummary['state'], { colors }: Output): string => {
  switch (state) {
    case 'available':
      return colors.green(state);
    case 'busy':
      return colors.cyan(state);
    case 'draining':
      return colors.yellow(state);
    case 'offline':
      return colors.red(state);
  }
};

const listText = (agents: AgentSummary[], output: Output): string => {
  if (agents.length === 0) return 'no agents';
  const rows = agents.map(({ agent, state, skills, slots, freeSlots, completed, failed, instances }) => {
    const there = instances.filter((instance) => instance.state !== 'offline');
    return [
      agent,
      inColor(state, output),
      slots === 0 ? '' : `${slots - freeSlots}/${slots}`,
      `${completed}${failed > 0 ? ` (${failed} failed)` : ''}`,
      [...new Set(there.map(({ pid }) => String(pid ?? '?')))].join(' '),
      bytes(there.reduce((sum, { memory }) => sum + memory, 0)),
      skills.map(({ id }) => id).join(' '),
    ];
  });
  return table(['NAME', 'STATE', 'BUSY', 'DONE', 'PID', 'MEMORY', 'SKILLS'], rows);
};

const agentText = (agent: AgentSummary, output: Output): string => {
  const { bold, dim } = output.colors;
  const { state, instances, skills, successRate, meanMs, completed } = agent;
  const lines = [`${bold(agent.agent)} ${inColor(state, output)}  ${plain(agent.description)} ${dim(agent.version)}`];
  if (completed > 0)
    lines.push(`${completed} tasks completed, ${Math.round(successRate * 100)} % of those that ended, ${duration(meanMs)} each`);
  if (agent.capabilities.length > 0) lines.push(`capabilities: ${agent.capabilities.map(plain).join(', ')}`);
  const rows = instances.map((each) => [
    each.instance,
    inColor(each.state, output),
    String(each.pid ?? ''),
    bytes(each.memory),
    `${each.busy}/${each.slots}`,
    each.host ?? '',
    each.held.join(' '),
  ]);
  lines.push('', table(['INSTANCE', 'STATE', 'PID', 'MEMORY', 'BUSY', 'HOST', 'HOLDS'], rows));
  for (const skill of skills) {
    lines.push('', `${bold(skill.id)}  ${plain(skill.description)}`, dim(`timeout ${duration(skill.timeout)}`));
    if (skill.inputSchema !== undefined) lines.push(`input ${JSON.stringify(skill.inputSchema, null, 2)}`);
  }
  return lines.join('\n');
};

export const registerAgents = ({ program, run }: Registrar): void => {
  program
    .command('agents')
    .summary('who is there, or all about one')
    .description('Lists agents and services; with a name, its instances, and its skills with their schemas.')
    .argument('[name]', 'agent or service')
    .action(
      run(async (context, name: string | undefined) =>
        withSession(context, async (session) => {
          const { output } = context;
          const agents = await listAgents(session, name);
          if (name === undefined) {
            output.result({ agents }, () => listText(agents, output));
            return;
          }
          const [agent] = agents;
          if (agent === undefined)
            throw new WaggleError('BAD_USAGE', `no agent "${name}" was seen; \`waggle agents\` lists all`, { path: 'name' });
          output.result(agent, () => agentText(agent, output));
        }),
      ),
    );
};
