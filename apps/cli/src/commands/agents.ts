import { WaggleError } from '@waggle/protocol';
import { bytes, count, duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import { plain, table } from '../output/table.js';
import { isThere, listAgents, type AgentLine, type AgentState, type InstanceLine } from '../session/questions.js';
import { withSession } from '../session/session.js';
import type { Registrar } from './command.js';

const inColor = (state: AgentState, { colors }: Output): string => {
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

const listText = (agents: AgentLine[], output: Output): string => {
  if (agents.length === 0) return 'no agents';
  const rows = agents.map(({ name, state, skills, slots, freeSlots, completed, failed, instances }) => {
    const there = instances.filter(isThere);
    return [
      name,
      inColor(state, output),
      slots === 0 ? '' : `${slots - freeSlots}/${slots}`,
      `${completed}${failed > 0 ? ` (${failed} failed)` : ''}`,
      [...new Set(there.map(({ pid }) => String(pid ?? '?')))].join(' '),
      there.length === 0 ? '' : bytes(there.reduce((sum, { memory }) => sum + memory, 0)),
      skills.map(({ id }) => id).join(' '),
    ];
  });
  return table(['NAME', 'STATE', 'BUSY', 'DONE', 'PID', 'MEMORY', 'SKILLS'], rows);
};

const instanceRow = ({ instance, presence, pid, memory, busy, slots, host, beatAge }: InstanceLine): string[] => [
  instance,
  presence,
  String(pid ?? ''),
  bytes(memory),
  `${busy}/${slots}`,
  host ?? '',
  `${duration(beatAge)} ago`,
];

const agentText = (agent: AgentLine, output: Output): string => {
  const { bold, dim } = output.colors;
  const { name, description, state, instances, skills, completed, failed, capabilities } = agent;
  const lines = [`${bold(name)} ${inColor(state, output)}  ${plain(description)}`];
  if (completed + failed > 0) lines.push(`${count(completed, 'task')} completed, ${failed} failed`);
  if (capabilities.length > 0) lines.push(`capabilities: ${capabilities.map(plain).join(', ')}`);
  lines.push('', table(['INSTANCE', 'PRESENCE', 'PID', 'MEMORY', 'BUSY', 'HOST', 'HEARD'], instances.map(instanceRow)));
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
          const agents = await listAgents(session);
          if (name === undefined) {
            output.result({ agents }, () => listText(agents, output));
            return;
          }
          const agent = agents.find((each) => each.name === name);
          if (agent === undefined)
            throw new WaggleError('BAD_USAGE', `no agent "${name}" was seen`, {
              path: 'name',
              remedy: 'List who was with `waggle agents`; an agent is seen once it is started.',
            });
          output.result(agent, () => agentText(agent, output));
        }),
      ),
    );
};
