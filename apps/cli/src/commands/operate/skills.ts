import {
  createMessage,
  freezeKey,
  MESSAGE_TYPES,
  SKILL_ID,
  skillOfKey,
  subjects,
  WaggleError,
  type DirectorySkill,
} from '@waggle/protocol';
import { plain, table } from '../../output/table.js';
import { withSession, type Session } from '../../session/session.js';
import type { Registrar } from '../command.js';

interface SkillLine {
  skill: string;
  agents: string[];
  freeSlots: number;
  frozen?: { by?: string; reason?: string; at?: string };
}

const requireSkill = (skill: string): void => {
  if (!SKILL_ID.test(skill)) throw new WaggleError('BAD_USAGE', `"${skill}" is no skill id such as review.consolidate`, { path: 'skill' });
};

const listSkills = async ({ bus }: Session): Promise<SkillLine[]> => {
  const [offered, frozen] = await Promise.all([bus.bucket('DIRECTORY').entries('skill.>'), bus.bucket('QUOTAS').entries(freezeKey('>'))]);
  const lines = new Map<string, SkillLine>();
  for (const entry of offered) {
    const { skill, offers } = entry.json<DirectorySkill>();
    const agents = offers.map(({ agent }) => agent).sort();
    if (agents.length > 0) lines.set(skill, { skill, agents, freeSlots: offers.reduce((sum, { freeSlots }) => sum + freeSlots, 0) });
  }
  for (const entry of frozen) {
    const skill = skillOfKey(entry.key.slice(freezeKey('').length));
    const { by, reason, at } = entry.json<NonNullable<SkillLine['frozen']>>();
    lines.set(skill, { ...(lines.get(skill) ?? { skill, agents: [], freeSlots: 0 }), frozen: { by, reason, at } });
  }
  return [...lines.values()].sort((a, b) => (a.skill < b.skill ? -1 : 1));
};

const frozenText = ({ frozen }: SkillLine): string =>
  frozen === undefined
    ? ''
    : `frozen${frozen.by === undefined ? '' : ` by ${plain(frozen.by)}`}${frozen.reason ? `: ${plain(frozen.reason)}` : ''}`;

export const registerSkills = ({ program, run }: Registrar): void => {
  const skills = program
    .command('skills')
    .summary('what can be asked for; freeze and thaw')
    .description('Lists the skills that agents offer, and those that are frozen.');
  skills.action(
    run(async (context) =>
      withSession(context, async (session) => {
        const lines = await listSkills(session);
        context.output.result({ skills: lines }, () =>
          lines.length === 0
            ? 'nobody offers a skill'
            : table(
                ['SKILL', 'AGENTS', 'FREE SLOTS', ''],
                lines.map((line) => [line.skill, line.agents.join(', '), String(line.freeSlots), frozenText(line)]),
              ),
        );
      }),
    ),
  );

  skills
    .command('freeze')
    .summary('let all tasks of a skill wait')
    .description('Tasks of the skill that are not at work yet wait, visibly (FROZEN), in all flows, until it is thawed.')
    .argument('<skill>')
    .option('--reason <text>', 'why')
    .action(
      run(async (context, skill: string, { reason }: { reason?: string }) => {
        requireSkill(skill);
        return withSession(context, async ({ bus }) => {
          const at = new Date().toISOString();
          await bus
            .bucket('QUOTAS')
            .put(freezeKey(skill), JSON.stringify({ skill, by: bus.me, at, ...(reason !== undefined && { reason }) }));
          context.output.result({ skill, frozen: true }, () => `${skill} is frozen`);
        });
      }),
    );

  skills
    .command('thaw')
    .summary('let the tasks of a frozen skill go on')
    .description('Ends the freeze and wakes all flows that wait for it. Doing it again changes nothing.')
    .argument('<skill>')
    .action(
      run(async (context, skill: string) => {
        requireSkill(skill);
        return withSession(context, async ({ bus, tenant }) => {
          const frozen = (await bus.bucket('QUOTAS').get(freezeKey(skill))) !== undefined;
          await bus.bucket('QUOTAS').delete(freezeKey(skill));
          const payload = { source: bus.me, type: 'skill-thawed', data: { skill } };
          const event = createMessage({ type: MESSAGE_TYPES.event, from: bus.me, tenant, payload });
          // stored: whoever waits is woken, whatever is stopped at the moment
          await bus.publish(subjects.event(tenant, bus.me, 'skill-thawed'), JSON.stringify(event));
          context.output.result({ skill, frozen: false, wasFrozen: frozen }, () => `${skill} ${frozen ? 'is thawed' : 'was not frozen'}`);
        });
      }),
    );
};
