import type { FlowEvent } from '@waggle/flow';
import { WaggleError, type ErrorCode } from '@waggle/protocol';
import { durationWithDefault } from '../../input/option-values.js';
import { findAsk } from '../../session/asks.js';
import { flowEvent } from '../../session/flow-event.js';
import { withSession } from '../../session/session.js';
import type { Registrar } from '../command.js';

interface DecideOptions {
  as?: string;
  rationale?: string;
  value?: string;
  wait: number;
}

type Verdict = Extract<FlowEvent, { type: 'taskDecided' | 'answerIgnored' }>;

const readData = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const refused = (code: ErrorCode, message: string): WaggleError => new WaggleError(code, message, { path: 'id' });

export const registerDecide = ({ program, run }: Registrar): void => {
  program
    .command('decide')
    .summary('answer a question')
    .description('Answers a question that a flow waits for; the first answer counts. `waggle escalations` lists them.')
    .argument('<id>', 'id of the question')
    .argument('<option>', 'id of one of its options')
    .option('--as <person>', 'in whose name it is kept with the flow')
    .option('--rationale <text>', 'why, kept with the flow')
    .option('--value <json>', 'what the option needs besides, as JSON or text')
    .addOption(durationWithDefault('--wait <duration>', 'how long to wait for the flow to take it; it is stored at once', '5s'))
    .action(
      run(async (context, ...[id, option, options]: [id: string, option: string, options: DecideOptions]) =>
        withSession(context, async (session) => {
          const { ask } = await findAsk(session, id);
          const known = ask.options.map((each) => each.id);
          if (!known.includes(option))
            throw new WaggleError('BAD_USAGE', `"${option}" is none of the options: ${known.join(', ')}`, { path: 'option' });
          const { flowId } = ask;
          const { as: decidedBy, rationale } = options;
          const data = readData(options.value);
          const { first } = await session.client.decide(flowId, id, {
            option,
            ...(decidedBy !== undefined && { decidedBy }),
            ...(rationale !== undefined && { rationale }),
            ...(data !== undefined && { data }),
          });
          const me = session.bus.me;
          const is = (event: FlowEvent): event is Verdict =>
            (event.type === 'taskDecided' && event.decision.id === id) ||
            (event.type === 'answerIgnored' && event.id === id && event.who === me);
          const verdict = await flowEvent(session, flowId, { is, within: options.wait });
          if (verdict?.type === 'answerIgnored') throw refused('DECISION_TAKEN', `the answer did not count: ${verdict.why}`);
          const { option: taken, decidedBy: by } = verdict?.decision ?? {};
          if (verdict === undefined && !first) throw refused('DECISION_TAKEN', `${me} has answered ${id} before: that answer stands`);
          if (taken !== undefined && taken !== option) throw refused('DECISION_TAKEN', `${by} has decided "${taken}" already`);
          context.output.result({ flowId, id, option, stored: true, applied: verdict !== undefined }, () =>
            verdict === undefined ? `stored: ${flowId} takes it as soon as a coordinator runs` : `${flowId} goes on with "${option}"`,
          );
        }),
      ),
    );
};
