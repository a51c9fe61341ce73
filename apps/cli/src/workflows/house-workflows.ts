import { join } from 'node:path';
import type { Bus } from '@waggle/bus';
import { codeOf } from '@waggle/protocol';
import { storeWorkflow } from './stored-workflows.js';
import { readWorkflowFolder, type WrittenWorkflow } from './workflow-files.js';

/** The workflows that Waggle brings along. */
export const readHouseWorkflows = (root: string): Promise<WrittenWorkflow[]> => readWorkflowFolder(join(root, 'workflows'));

/** Stores them; says of each that was changed without a new version that the stored one stays. */
export const storeHouseWorkflows = async (
  bus: Bus,
  workflows: readonly WrittenWorkflow[],
  onStays: (text: string) => void,
): Promise<void> => {
  for (const workflow of workflows) {
    try {
      await storeWorkflow(bus, workflow);
    } catch (error) {
      if (codeOf(error) !== 'WORKFLOW_EXISTS') throw error;
      const { name, version } = workflow.definition;
      onStays(`${workflow.file} was changed, and ${name} ${version} as it is stored stays: raise its version`);
    }
  }
};
