import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '@waggle/bus';
import { parseDefinition } from '@waggle/flow';
import { WaggleError } from '@waggle/protocol';

/** The workflows of a folder as they are stored: by name and version, the text as it was written. */
export interface WorkflowFile {
  file: string;
  name: string;
  version: string;
  text: string;
}

const isWorkflow = (name: string): boolean => /\.(ya?ml|json)$/.test(name);

/** All workflows of a folder, checked. `INVALID_DEFINITION` with every problem of the first file that is wrong. */
export const readWorkflows = async (folder: string): Promise<WorkflowFile[]> => {
  const names = (await readdir(folder).catch(() => [])).filter(isWorkflow).sort();
  return Promise.all(
    names.map(async (each) => {
      const file = join(folder, each);
      const text = await readFile(file, 'utf8');
      const parsed = parseDefinition(text, { file });
      if ('problems' in parsed)
        throw new WaggleError('INVALID_DEFINITION', `${file} is not a valid workflow`, { path: file, problems: parsed.problems });
      const { name, version } = parsed.definition;
      return { file, name, version, text };
    }),
  );
};

const keyOf = ({ name, version }: WorkflowFile): string => `${name}.${version}`;

/** Stores workflows, so that they can be submitted by name. What is there already is not written again. */
export const storeWorkflows = async (bus: Bus, workflows: readonly WorkflowFile[]): Promise<void> => {
  const bucket = bus.bucket('WORKFLOWS');
  for (const workflow of workflows) {
    const there = await bucket.get(keyOf(workflow));
    if (there?.text() !== workflow.text) await bucket.put(keyOf(workflow), workflow.text);
  }
};
