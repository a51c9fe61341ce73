import type { Registrar } from '../command.js';
import { registerGraph } from './graph.js';
import { listWorkflowsAction, registerList } from './list.js';
import { registerPush } from './push.js';
import { registerShow } from './show.js';
import { registerValidate } from './validate.js';

export const registerWorkflows = ({ program, run }: Registrar): void => {
  const workflows = program
    .command('workflows')
    .summary('stored workflows: list, show, push; check or draw one')
    .description('Lists the workflows that are stored, the newest version of each.');
  workflows.action(run((context) => listWorkflowsAction(context)));
  for (const register of [registerList, registerShow, registerPush, registerValidate, registerGraph]) register({ program: workflows, run });
};
