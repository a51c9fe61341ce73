import { Resources, type ResourceLine } from '@waggle/memory';
import { PRIORITIES, WaggleError, type ResourceOwner } from '@waggle/protocol';
import { wholeNumber } from '../../input/option-values.js';
import { ago, duration } from '../../output/format.js';
import type { Output } from '../../output/output.js';
import { plain, table } from '../../output/table.js';
import { withSession } from '../../session/session.js';
import type { Registrar } from '../command.js';

const SLOTS_MOST = 10_000;

const ownerText = ({ agent, flow, note }: ResourceOwner): string =>
  plain([flow === undefined ? agent : `${flow.flowId} ${flow.step}`, note && `(${note})`].filter(Boolean).join(' '));

const resourceText = ({ resource, slots, holders, queue, meanHold, granted }: ResourceLine, { colors: { bold, dim } }: Output): string => {
  const used = holders.reduce((sum, each) => sum + each.slots, 0);
  const held = meanHold > 0 ? `, held for ${duration(meanHold)} on average` : '';
  const rows = [
    ...holders.map((each) => ['has it', ownerText(each.owner), String(each.slots), '', ago(each.grantedAt), '']),
    ...queue.map((each) => [
      String(each.position),
      ownerText(each.owner),
      String(each.slots),
      PRIORITIES[each.rank] ?? '',
      ago(each.askedAt),
      each.expectedWait > 0 ? `about ${duration(each.expectedWait)}` : '',
    ]),
  ];
  const head = `${bold(resource)} ${used}/${slots} in use, ${queue.length} waiting  ${dim(`${granted} granted${held}`)}`;
  return rows.length === 0 ? head : `${head}\n${table(['PLACE', 'WHO', 'SLOTS', 'PRIORITY', 'SINCE', 'WAIT'], rows)}`;
};

export const registerResources = ({ program, run }: Registrar): void => {
  program
    .command('resources')
    .summary('who uses what is shared in turns, and who waits')
    .description('Lists resources with their holders and queues, in the order they will be served.')
    .argument('[name]', 'resource')
    .option('--slots <count>', 'how many may use it at once', wholeNumber(1, SLOTS_MOST))
    .action(
      run((context, name: string | undefined, { slots }: { slots?: number }) =>
        withSession(context, async ({ bus, tenant }) => {
          const { output } = context;
          const resources = new Resources(bus, { tenant });
          if (slots !== undefined) {
            if (name === undefined) throw new WaggleError('BAD_USAGE', '--slots needs the name of a resource', { path: 'name' });
            await resources.define(name, { slots });
          }
          const lines = (await resources.list()).filter(({ resource }) => name === undefined || resource === name);
          output.result({ resources: lines }, () =>
            lines.length === 0 ? 'nothing is in use' : lines.map((line) => resourceText(line, output)).join('\n\n'),
          );
        }),
      ),
    );
};
