import type { Bus } from '@waggle/bus';
import { skillOf, type FlowDefinition } from '@waggle/flow';
import { skillOfKey } from '@waggle/protocol';

const PREFIX = 'skill.';

/** Skills that a workflow asks for, also in flows written in place, and by what undoes a step. */
export const skillsOf = ({ steps, rules = [] }: FlowDefinition): string[] => [
  ...new Set(
    [...steps, ...rules.flatMap(({ add = [] }) => add)].flatMap((step) =>
      [skillOf(step), step.compensate?.skill, ...(step.flow === undefined ? [] : skillsOf(step.flow))].filter(
        (skill) => skill !== undefined,
      ),
    ),
  ),
];

/** Skills of a workflow that nobody offers at the moment: worth a warning, for an agent may still come. */
export const unofferedSkills = async (bus: Bus, definition: FlowDefinition): Promise<string[]> => {
  const offered = new Set((await bus.bucket('DIRECTORY').entries(`${PREFIX}>`)).map(({ key }) => skillOfKey(key.slice(PREFIX.length))));
  return skillsOf(definition).filter((skill) => !offered.has(skill));
};
