import type { LadderRung } from '@waggle/protocol';
import type { Context } from '../../context.js';
import { ago, duration } from '../../output/format.js';
import { clip, plain, table } from '../../output/table.js';
import { findAsk, listAsks, type Ask } from '../../session/asks.js';
import { followAsks, ToldAsks } from '../../session/follow-asks.js';
import { followMesh } from '../../session/follow-mesh.js';
import { withSession, type Session } from '../../session/session.js';
import type { Registrar } from '../command.js';

const WIDTH = 60;

const optionsOf = ({ options }: Ask): string => options.map(({ id }) => id).join(' | ');

const listText = (asks: { ask: Ask; at: Date }[]): string =>
  asks.length === 0
    ? 'nothing waits for an answer'
    : table(
        ['ID', 'SEVERITY', 'FLOW', 'ASKED', 'QUESTION', 'OPTIONS'],
        asks.map(({ ask, at }) => [
          ask.id,
          ask.severity,
          ask.flowId,
          ago(at.toISOString()),
          clip(plain(ask.requestedDecision), WIDTH),
          optionsOf(ask),
        ]),
      );

const rungText = ({ who, name, after }: LadderRung): string =>
  `${who}${name === undefined ? '' : ` (${plain(name)})`} for ${duration(after)}`;

const askText = ({ ask, at }: { ask: Ask; at: Date }): string => {
  const { id, flowId, taskId, fromAgent, severity, issue, context, attemptedResolutions = [], ladder = [], defaultAction, deadline } = ask;
  const lines = [
    `${id} (${severity}), asked ${ago(at.toISOString())} by ${fromAgent} for ${taskId} of the flow ${flowId}`,
    '',
    plain(ask.requestedDecision),
    ...(issue === ask.requestedDecision ? [] : [plain(issue)]),
    ...attemptedResolutions.map((each) => `  tried: ${plain(each)}`),
    ...(context === undefined ? [] : [`  context: ${clip(plain(JSON.stringify(context)), 2_000)}`]),
    '',
    ...ask.options.map((option) => {
      const { id: name, label, consequence } = option;
      return `  ${name}${label === name ? '' : `  ${plain(label)}`}${consequence === undefined ? '' : ` (${plain(consequence)})`}`;
    }),
    ...(ladder.length === 0 ? [] : ['', `asked: ${ladder.map(rungText).join(', then ')}`]),
    ...(deadline === undefined ? [] : [`until: ${deadline}`]),
    ...(defaultAction === undefined ? [] : [`if nobody answers: ${defaultAction}`]),
    '',
    `waggle decide ${id} OPTION`,
  ];
  return lines.join('\n');
};

/** Until interrupted, wherever their mesh is started again meanwhile. */
const follow = async (session: Session, context: Context): Promise<void> => {
  const { output, interrupted } = context;
  const tell = (ask: Ask): void => {
    const { rung = 0, ladder = [] } = ask;
    const who = ladder[rung] === undefined ? '' : ` for ${rungText(ladder[rung])}`;
    output.event({ ask });
    if (!output.json)
      output.result({ ask }, () => `${ask.id} (${ask.severity})${who}: ${plain(ask.requestedDecision)} [${optionsOf(ask)}]`);
  };
  const told = new ToldAsks();
  await followMesh(session, context, async (there, moved) => {
    await followAsks(there, { told, tell, signal: AbortSignal.any([interrupted, moved]) });
    return undefined;
  });
};

export const registerEscalations = ({ program, run }: Registrar): void => {
  program
    .command('escalations')
    .summary('questions that wait for people')
    .description(
      'Lists the questions that flows wait for, or explains one. Read from the broker itself: it works with every service stopped.',
    )
    .argument('[id]', 'id of a question')
    .option('--flow <id>', 'of one flow')
    .option('-f, --follow', 'go on: each question as it is asked, and each time it goes to the next rung of its ladder')
    .action(
      run(async (context, id: string | undefined, options: { flow?: string; follow?: boolean }) =>
        withSession(context, async (session) => {
          const { output } = context;
          if (options.follow) return follow(session, context);
          if (id !== undefined) {
            const found = await findAsk(session, id);
            return output.result({ ...found.ask, askedAt: found.at.toISOString() }, () => askText(found));
          }
          const asks = await listAsks(session, options.flow);
          output.result({ escalations: asks.map(({ ask, at }) => ({ ...ask, askedAt: at.toISOString() })) }, () => listText(asks));
        }),
      ),
    );
};
