/** Who submits sub-flows: the speaker of their submissions. */
export const COORDINATOR = 'coordinator';
