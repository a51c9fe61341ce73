import { SKILL_ID, WaggleError } from '@waggle/protocol';
import { EXIT } from '../../exit-codes.js';
import { duration } from '../../output/format.js';
import type { Output } from '../../output/output.js';
import { plain, table } from '../../output/table.js';
import { readRoute } from '../../route/read-route.js';
import { routeOf, type Route } from '../../route/route.js';
import { withSession } from '../../session/session.js';
import type { Registrar } from '../command.js';

const routeText = ({ reaches, code, because, begins, agents }: Route, { colors }: Output): string => {
  const lines = [`${reaches ? colors.green('✔') : colors.red('✖')} ${plain(because)}${code === undefined ? '' : ` (${code})`}`];
  if (begins !== undefined && begins > 0) lines.push(`  it would begin in about ${duration(begins)}`);
  if (agents.length === 0) return lines.join('\n');
  const rows = agents.map(({ name, state, instances, slots, freeSlots, waiting, successRate, meanMs, chosen, why = '' }) => [
    `${chosen ? '→' : ' '} ${name}`,
    state,
    String(instances),
    `${slots - freeSlots}/${slots}`,
    String(waiting),
    successRate === undefined ? '' : `${Math.round(successRate * 100)} %`,
    meanMs === undefined || meanMs === 0 ? '' : duration(meanMs),
    plain(why),
  ]);
  return [...lines, table(['  AGENT', 'STATE', 'INSTANCES', 'BUSY', 'QUEUED', 'GOOD', 'TAKES', ''], rows)].join('\n');
};

export const registerRoute = ({ program, run }: Registrar): void => {
  program
    .command('route')
    .description(
      'Says whether a task of this skill would reach an agent if it were submitted now, which one and why that one, when it would begin, and if not why.',
    )
    .argument('<skill>', 'skill id, e.g. echo.echo')
    .action(
      run(async (context, skill: string) => {
        if (!SKILL_ID.test(skill)) throw new WaggleError('BAD_USAGE', `"${skill}" is not a skill id`, { path: 'skill' });
        return withSession(context, async (session) => {
          const route = routeOf(await readRoute(session, skill));
          context.output.result({ skill, ...route }, () => routeText(route, context.output));
          return route.reaches ? EXIT.done : EXIT.failed;
        });
      }),
    );
};
