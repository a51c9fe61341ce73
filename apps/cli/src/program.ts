import { Command } from 'commander';
import { registerAgents } from './commands/agents.js';
import { registerAllow, registerRevoke } from './commands/allow.js';
import { registerBrokerConfig } from './commands/broker-config.js';
import { registerAudit } from './commands/audit.js';
import { registerBackup } from './commands/backup.js';
import type { Registrar } from './commands/command.js';
import { registerCompletion } from './commands/completion.js';
import { registerDemo } from './commands/demo.js';
import { registerDoctor } from './commands/doctor/doctor.js';
import { registerEnv } from './commands/env.js';
import { registerExplain } from './commands/explain.js';
import { registerFlows } from './commands/flows.js';
import { registerKeys } from './commands/keys/keys.js';
import { registerLocks } from './commands/locks.js';
import { registerMemory } from './commands/memory/memory.js';
import { registerResources } from './commands/memory/resources.js';
import { registerSessions } from './commands/memory/sessions.js';
import { registerSkills } from './commands/operate/skills.js';
import { registerProvision } from './commands/provision.js';
import { registerRestore } from './commands/restore.js';
import { registerRules } from './commands/rules/rules.js';
import { registerRun } from './commands/run.js';
import { registerDecide } from './commands/operate/decide.js';
import { registerDlq } from './commands/operate/dlq.js';
import { registerEscalations } from './commands/operate/escalations.js';
import { registerResumeFrom } from './commands/operate/resume-from.js';
import { registerSignal } from './commands/operate/signal.js';
import { registerSecrets } from './commands/secrets/secrets.js';
import { registerSubmit } from './commands/submit.js';
import { registerUp } from './commands/up.js';
import { registerWatch } from './commands/watch.js';
import { registerWorkflows } from './commands/workflows/workflows.js';

const GROUPS: [string, ((registrar: Registrar) => void)[]][] = [
  ['The mesh:', [registerUp, registerDemo, registerAgents, registerDoctor, registerBackup, registerRestore]],
  [
    'Flows:',
    [
      registerAudit,
      registerRun,
      registerSubmit,
      registerWatch,
      registerFlows,
      registerSignal,
      registerWorkflows,
      registerEscalations,
      registerDecide,
      registerDlq,
      registerSkills,
      registerResumeFrom,
    ],
  ],
  ['What agents share:', [registerMemory, registerSessions, registerLocks, registerResources]],
  ['What audits look for:', [registerRules, registerSecrets]],
  ['Who may come in:', [registerEnv, registerAllow, registerRevoke]],
  ['A broker or deployment of yours:', [registerBrokerConfig, registerKeys, registerProvision]],
  ['Help:', [registerExplain, registerCompletion]],
];

const EXAMPLES = `
Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 the mesh cannot be reached, 4 timed out, 130 interrupted.

  waggle up                                      the mesh, until Ctrl-C
  waggle audit PATH                              a report on a repository
  waggle run echo.echo --input text=hello        a single skill
  eval "$(waggle env)"                           for a client of yours`;

/** The whole command line. `run` of the registrar decides what happens around an action. */
export const createProgram = (version: string, run: Registrar['run']): Command => {
  const program = new Command('waggle');
  program
    .description('Runs teams of agents as separate services on NATS.')
    .version(version)
    .option('--json', 'one JSON object, or one a line where there is a stream')
    .option('-q, --quiet', 'results and errors alone')
    .option('--data <dir>', 'folder of the mesh: store, keys, state (default: .waggle, or WAGGLE_DATA)')
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: (command) => (command === program ? [] : [...program.options]) })
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const [group, registers] of GROUPS) {
    program.commandsGroup(group);
    for (const register of registers) register({ program, run });
  }
  return program;
};
