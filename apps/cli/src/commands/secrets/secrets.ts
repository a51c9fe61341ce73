import type { Registrar } from '../command.js';
import { registerSecretsHistory } from './history.js';

export const registerSecrets = ({ program, run }: Registrar): void => {
  const secrets = program
    .command('secrets')
    .summary('secrets in the history of a repository')
    .description('Secrets beyond what an audit sees.');
  registerSecretsHistory({ program: secrets, run });
};
