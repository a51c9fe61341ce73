import type { Bus } from '@waggle/bus';
import type { FlowDefinition } from '@waggle/flow';
import { skillOfKey } from '@waggle/protocol';

const PREFIX = 'skill.';

/** Skills of a workflow that nobody offers at the moment: worth a warning, for an agent may still come. */
export const unofferedSkills = async (bus: Bus, { steps }: FlowDefinition): Promise<string[]> => {
  const offered = new Set((await bus.bucket('DIRECTORY').entries(`${PREFIX}>`)).map(({ key }) => skillOfKey(key.slice(PREFIX.length))));
  return [...new Set(steps.flatMap(({ skill }) => skill ?? []))].filter((skill) => !offered.has(skill));
};
