import { parseDefinition, planOf, skillOf, type FlowDefinition, type FlowPlan } from '@waggle/flow';
import { freezeKey, skillKey, WaggleError, type DirectorySkill } from '@waggle/protocol';
import { count, duration } from '../output/format.js';
import { plain, table } from '../output/table.js';
import type { Session } from './session.js';

const skillsIn = ({ steps }: FlowDefinition): string[] =>
  steps.flatMap((step) => [...(skillOf(step) === undefined ? [] : [skillOf(step)!]), ...(step.flow ? skillsIn(step.flow) : [])]);

/** What the flow would do now, by what the mesh knows; nothing is submitted. */
export const planFlow = async ({ bus }: Session, definition: FlowDefinition): Promise<FlowPlan> => {
  const skills = [...new Set(skillsIn(definition))];
  const [directory, quotas] = [bus.bucket('DIRECTORY'), bus.bucket('QUOTAS')];
  const known = new Map(
    await Promise.all(
      skills.map(async (skill) => {
        const [entry, frozen] = await Promise.all([directory.get(`skill.${skillKey(skill)}`), quotas.get(freezeKey(skill))]);
        return [skill, { offers: entry?.json<DirectorySkill>().offers ?? [], frozen: frozen !== undefined }] as const;
      }),
    ),
  );
  return planOf(definition, {
    offers: (skill) => known.get(skill)?.offers ?? [],
    frozen: (skill) => known.get(skill)?.frozen ?? false,
  });
};

/** A single task as the flow it would be. */
export const singleSkill = (skill: string): FlowDefinition => {
  const parsed = parseDefinition({ name: 'task', steps: [{ id: 'task', skill }] });
  if ('problems' in parsed) throw new WaggleError('BAD_USAGE', `"${skill}" is no skill id`, { path: 'skill', problems: parsed.problems });
  return parsed.definition;
};

const WAITS = { NO_AGENT: 'nobody offers it', FROZEN: 'it is frozen', DECISION: 'people are asked' } as const;

export const planText = (plan: FlowPlan): string => {
  const rows = plan.steps.map(({ id, does, needs, agent, agents, waits, begins, takes, basis, many, conditional, critical }) => [
    `${critical ? '*' : ' '} ${id}`,
    plain(does),
    needs.join(', '),
    waits === undefined ? (agent ?? '') : WAITS[waits],
    agents.filter((each) => each !== agent).join(', '),
    duration(begins),
    basis === 'unknown' ? '?' : duration(takes),
    [many ? 'for each' : '', conditional ? 'may be skipped' : ''].filter((note) => note !== '').join(', '),
  ]);
  const unknown = plan.steps.filter(({ basis }) => basis === 'unknown').length;
  return [
    `${plan.name} ${plan.version}: nothing was submitted`,
    '',
    table(['  STEP', 'DOES', 'AFTER', 'WOULD GO TO', 'OR', 'BEGINS', 'TAKES', ''], rows),
    '',
    `longest way (*): ${plan.criticalPath.join(' -> ')}`,
    `expected: ${duration(plan.expectedTime)}${unknown > 0 ? ` and what ${count(unknown, 'step')} (?) would take` : ''}${plan.expectedCost > 0 ? `, $${plan.expectedCost}` : ''}`,
  ].join('\n');
};
