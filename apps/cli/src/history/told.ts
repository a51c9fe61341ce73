import type { ToldTransition } from '@waggle/flow';
import { duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import { plain } from '../output/table.js';

/** An entry of a log as lines: when and why, then a sentence for whatever happened. `since`: the flow's beginning, in milliseconds. */
export const toldText = ({ n, at, because, said }: ToldTransition, since: number, { bold, dim }: Output['colors']): string[] => [
  `${bold(`#${n}`)} ${dim(`${new Date(at).toISOString().slice(11, 23)} (+${duration(at - since)})`)} after ${because}`,
  ...said.map((sentence) => `   ${plain(sentence)}`),
];

/** An entry as JSON. */
export const toldJson = ({ n, at, because, said }: ToldTransition): object => ({ n, at: new Date(at).toISOString(), because, said });
