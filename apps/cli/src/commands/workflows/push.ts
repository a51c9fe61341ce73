import { fullVersion } from '@waggle/flow';
import { plain } from '../../output/table.js';
import { withSession } from '../../session/session.js';
import { storeWorkflow } from '../../workflows/stored-workflows.js';
import { unofferedSkills } from '../../workflows/unoffered-skills.js';
import { readWorkflowFile } from '../../workflows/workflow-files.js';
import type { Registrar } from '../command.js';

export const registerPush = ({ program, run }: Registrar): void => {
  program
    .command('push')
    .description('Checks workflow files and stores each under its name and version. A version that is stored never changes.')
    .argument('<files...>', 'YAML or JSON files')
    .action(
      run(async (context, files: string[]) => {
        // all are checked before the first is stored
        const workflows = await Promise.all(files.map(readWorkflowFile));
        return withSession(context, async ({ bus }) => {
          const pushed: { name: string; version: string; stored: boolean; unoffered: string[] }[] = [];
          for (const workflow of workflows) {
            const { name, version } = workflow.definition;
            const stored = (await storeWorkflow(bus, workflow)) === 'stored';
            const unoffered = await unofferedSkills(bus, workflow.definition);
            pushed.push({ name, version: fullVersion(version), stored, unoffered });
            if (unoffered.length > 0)
              context.output.note(`${name}: nobody offers ${unoffered.map(plain).join(', ')} now; its tasks would wait`);
          }
          context.output.result({ pushed }, () =>
            pushed.map(({ name, version, stored }) => `${name} ${version} ${stored ? 'stored' : 'was stored already'}`).join('\n'),
          );
        });
      }),
    );
};
