import { count } from '../../output/format.js';
import { readWorkflowFile } from '../../workflows/workflow-files.js';
import type { Registrar } from '../command.js';

export const registerValidate = ({ program, run }: Registrar): void => {
  program
    .command('validate')
    .description(
      'Checks a workflow file whole, without a mesh: fields, steps, cycles, expressions and their types, each with line and column.',
    )
    .argument('<file>', 'a YAML or JSON file')
    .action(
      run(async (context, file: string) => {
        const { name, version, steps } = (await readWorkflowFile(file)).definition;
        context.output.result(
          { valid: true, name, version, steps: steps.length },
          () => `${file} is valid: ${name} ${version}, ${count(steps.length, 'step')}`,
        );
      }),
    );
};
