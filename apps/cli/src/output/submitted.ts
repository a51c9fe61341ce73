import type { Output } from './output.js';

/** Says that a flow was submitted, or that the same submission had been made before. */
export const showSubmitted = (submitted: { flowId: string; existed: boolean }, output: Output): void => {
  const { flowId, existed } = submitted;
  output.event({ submitted });
  output.note(existed ? `${flowId} was submitted before, and stays as it is` : `submitted ${flowId}`);
};
