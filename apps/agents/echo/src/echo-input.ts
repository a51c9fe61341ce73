import type { JsonSchema } from '@waggle/protocol';

/** Any JSON; of an object, `delay` says how long to wait. */
export const ECHO_INPUT: JsonSchema = {
  properties: {
    delay: {
      description: 'Milliseconds, or a duration such as 500ms or 2s.',
      anyOf: [
        { type: 'integer', minimum: 0, maximum: 518_400_000 },
        { type: 'string', pattern: '^(\\d+(d|h|ms|m|s))+$' },
      ],
    },
  },
};
