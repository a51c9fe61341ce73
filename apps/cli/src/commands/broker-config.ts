import { discoverServices } from '../mesh/discover.js';
import { Roster } from '../mesh/roster.js';
import { collect } from '../input/option-values.js';
import type { Registrar } from './command.js';

export const registerBrokerConfig = ({ program, run }: Registrar): void => {
  program
    .command('broker-config')
    .summary('the accounts that a broker of yours must run')
    .description(
      'Prints the accounts and rights of all services and of those let in, for the configuration of a nats-server of yours. Holds public keys alone.',
    )
    .option('--agent <dir>', 'a service beside those of the house; may be repeated', collect)
    .action(
      run(async ({ root, folder, output }, { agent = [] }: { agent?: string[] }) => {
        const config = await (await Roster.of(await discoverServices(root, agent), folder)).config();
        output.result({ config }, () => config.trimEnd());
      }),
    );
};
